"""Value objects that only a recommended endpoint takes, and all its props together."""
