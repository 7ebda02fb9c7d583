"""How a recommendation reaches other stacks, and what must not."""
