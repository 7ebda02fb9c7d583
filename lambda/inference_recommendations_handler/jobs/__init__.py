"""What the kinds of jobs have in common: how one is seen, and which operations it has."""
