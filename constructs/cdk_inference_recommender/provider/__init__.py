"""The function and the state machine that serve a stack."""
