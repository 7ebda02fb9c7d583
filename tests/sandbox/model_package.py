"""Model packages for the sandbox's tests."""

from __future__ import annotations

from typing import Any

SEEDED_PAYLOAD = "s3://sagemaker-us-east-1-123456789012/image-classifier/payload.tar.gz"


def complete_package(**container: str) -> dict[str, Any]:
    """Return members of `CreateModelPackage`: all that a job needs of a model package.

    Args:
        container: More members of its container.
    """
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"
    return {
        "Domain": "COMPUTER_VISION",
        "Task": "IMAGE_CLASSIFICATION",
        "SamplePayloadUrl": SEEDED_PAYLOAD,
        "InferenceSpecification": {
            "Containers": [{"Image": image, "Framework": "PYTORCH"} | container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    }
