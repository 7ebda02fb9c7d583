"""The life of a job: create or adopt, retry, wait, stop, and delete."""
