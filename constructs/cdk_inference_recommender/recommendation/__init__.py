"""What was found, and by which objective and constraints it is chosen."""
