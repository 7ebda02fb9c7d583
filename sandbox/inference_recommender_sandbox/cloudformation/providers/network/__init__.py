"""Networks, their security groups, and their tags."""
