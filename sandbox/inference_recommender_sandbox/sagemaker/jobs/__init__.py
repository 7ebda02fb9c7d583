"""Inference recommendations jobs: what is admitted, how one runs, and what it finds."""
