"""Inference recommendations jobs: operations, statuses, and failure reasons."""
