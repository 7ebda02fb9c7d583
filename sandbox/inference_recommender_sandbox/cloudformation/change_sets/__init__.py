"""Change sets of stacks."""
