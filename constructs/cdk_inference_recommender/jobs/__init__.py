"""What any kind of job has in a stack: its resource, and the resources that wait for it."""
