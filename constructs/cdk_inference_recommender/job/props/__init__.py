"""Value objects that only a job takes."""
