"""The command `inference-recommender`."""

from .main import main

__all__ = ["main"]
