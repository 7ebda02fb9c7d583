"""What a job and an endpoint both need: the model, its container, its network, its tags, and names."""
