"""Stack of the handler: its state machine, executions, and resources, and the owner of jobs."""
