"""References between stacks: published recommendations, and checks of references that can't work."""
