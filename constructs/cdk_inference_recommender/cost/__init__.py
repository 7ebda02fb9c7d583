"""What a job would cost before it runs, from prices that AWS publishes or has charged."""
