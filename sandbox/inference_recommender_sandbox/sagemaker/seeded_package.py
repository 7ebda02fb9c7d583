"""A model package that is there from the start, with all that a job needs of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moto.s3.models import s3_backends

if TYPE_CHECKING:
    from .models import InferenceRecommenderBackend

_AWS_IMAGES: Final = "763104351884"


def add_model_package(backend: InferenceRecommenderBackend, group: str) -> None:
    """Add version 1 of a model package, and its sample payload.

    The payload is in the bucket that SageMaker's Python SDK would use: `sagemaker-<region>-<account>`.
    """
    bucket, key = f"sagemaker-{backend.region_name}-{backend.account_id}", f"{group}/payload.tar.gz"
    storage = s3_backends[backend.account_id][backend.partition]
    if bucket not in storage.buckets:
        storage.create_bucket(bucket, backend.region_name)
    storage.put_object(bucket, key, b"simulated")
    backend.create_model_package_group(
        model_package_group_name=group, model_package_group_description="Simulated", tags=[]
    )
    backend.create_model_package(
        model_package_name=None,
        model_package_group_name=group,
        model_package_description="Simulated",
        inference_specification={
            "Containers": [
                {
                    "Image": f"{_AWS_IMAGES}.dkr.ecr.{backend.region_name}.amazonaws.com/pytorch-inference:2.3-cpu",
                    "Framework": "PYTORCH",
                    "FrameworkVersion": "2.3",
                }
            ],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        validation_specification=None,
        source_algorithm_specification=None,
        certify_for_marketplace=False,
        tags=[],
        model_approval_status="Approved",
        metadata_properties=None,
        model_metrics=None,
        client_token=None,
        customer_metadata_properties={},
        drift_check_baselines=None,
        domain="COMPUTER_VISION",
        task="IMAGE_CLASSIFICATION",
        sample_payload_url=f"s3://{bucket}/{key}",
        additional_inference_specifications=None,
    )
