"""The command `inference-recommender`."""

from cdk_inference_recommender.command_line.main import main

__all__ = ["main"]
