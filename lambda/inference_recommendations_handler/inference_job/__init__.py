"""Inference recommendations jobs: their operations, statuses, and failure reasons."""
