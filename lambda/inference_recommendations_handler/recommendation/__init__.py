"""The choice among a job's results."""
