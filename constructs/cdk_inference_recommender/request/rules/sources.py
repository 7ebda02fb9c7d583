"""The public documents that rules cite."""

from __future__ import annotations

from typing import Final

API_REFERENCE: Final = "SageMaker API Reference, CreateInferenceRecommendationsJob"
CLI_REFERENCE: Final = "AWS CLI reference, sagemaker create-inference-recommendations-job"
LOAD_TEST: Final = "SageMaker developer guide, Run a custom load test"
RESULTS: Final = "SageMaker developer guide, Get your inference recommendation job results"
TROUBLESHOOTING: Final = "SageMaker developer guide, Troubleshoot Inference Recommender errors"
PREREQUISITES: Final = "SageMaker developer guide, Prerequisites for using Inference Recommender"
EXISTING_ENDPOINT: Final = "SageMaker developer guide, Get an inference recommendation for an existing endpoint"
NEO: Final = "SageMaker developer guide, Get a compiled recommendation with Neo"
TAGGING: Final = "AWS General Reference, Tagging AWS resources"
PYTHON_SDK: Final = "SageMaker Python SDK, Model.right_size"
FLYTEKIT: Final = "flytekit's SageMaker Inference Recommender plugin (a third party)"
INFERRED: Final = "inferred: no public document states it"
