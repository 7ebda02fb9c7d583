"""SageMaker Inference Recommender of the sandbox: moto's SageMaker, and the operations that it lacks."""

from .faults import FaultRegistry
from .installation import SEEDED_MODEL_PACKAGES, Installation, check_moto, install

__all__ = ["SEEDED_MODEL_PACKAGES", "FaultRegistry", "Installation", "check_moto", "install"]
