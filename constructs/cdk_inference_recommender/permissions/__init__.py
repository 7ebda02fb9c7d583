"""Roles and policy statements."""
