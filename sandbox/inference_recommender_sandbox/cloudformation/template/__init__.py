"""What a template says, and what it may say."""
