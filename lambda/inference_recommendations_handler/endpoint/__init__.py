"""Model, instance count, and autoscaling of a recommended endpoint."""
