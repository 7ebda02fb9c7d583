"""What runs in AWS: starts a SageMaker Inference Recommender job, waits for it, and chooses among its results.

Deployed on its own: imports the standard library, boto3 and botocore, and nothing else.
"""
