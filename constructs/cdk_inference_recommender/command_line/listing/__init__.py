"""The command `list`: the jobs of an account."""
