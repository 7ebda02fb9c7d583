"""The stack that the handler serves: its state machine, its executions, its resources, and what it owns."""
