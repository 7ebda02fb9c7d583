"""The command `estimate`: what a job would cost, from prices that AWS publishes or has charged."""
