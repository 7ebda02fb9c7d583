"""The local AWS: lets a CDK app that uses Inference Recommender deploy on one machine, in seconds and for nothing."""
