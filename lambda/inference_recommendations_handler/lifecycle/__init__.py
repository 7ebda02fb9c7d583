"""Lifecycle of a job of any kind: create or adopt, retry, wait, stop, and delete."""
