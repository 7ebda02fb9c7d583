"""The function and the state machine of a stack."""
