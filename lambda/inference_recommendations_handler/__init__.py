"""Lambda function that runs SageMaker Inference Recommender jobs, waits for them, and chooses among their results.

Deployed by itself: imports only the standard library and botocore, which Lambda's Python comes with.
"""
