"""AWS CDK constructs for Amazon SageMaker Inference Recommender."""
