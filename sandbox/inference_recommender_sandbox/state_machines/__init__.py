"""Step Functions: an interpreter of its own for what waits and calls functions, on the sandbox's clock."""
