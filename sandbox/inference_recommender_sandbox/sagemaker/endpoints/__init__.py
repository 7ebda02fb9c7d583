"""Updates of endpoints and what their configurations may hold."""
