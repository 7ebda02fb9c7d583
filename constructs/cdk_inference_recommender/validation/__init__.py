"""Tokens, prop types, and how problems are reported."""
