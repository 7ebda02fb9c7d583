"""Roles, and the policies of roles, users and groups."""
