"""AWS Lambda functions as real processes."""
