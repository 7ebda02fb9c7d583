"""The machine image of an endpoint's instances."""

from __future__ import annotations

from typing import ClassVar

from cdk_inference_recommender.validation.enum_like import EnumLike


class InferenceAmiVersion(EnumLike):
    """A machine image with a set of drivers (API reference, `ProductionVariant`, `InferenceAmiVersion`)."""

    AL2_GPU_2: ClassVar[InferenceAmiVersion]
    """NVIDIA driver 535, CUDA 12.2."""
    AL2_GPU_2_1: ClassVar[InferenceAmiVersion]
    """NVIDIA driver 535, CUDA 12.2, without mounting of CUDA compatibility libraries."""
    AL2_GPU_3_1: ClassVar[InferenceAmiVersion]
    """NVIDIA driver 550, CUDA 12.4, without mounting of CUDA compatibility libraries."""
    AL2023_GPU_4_1: ClassVar[InferenceAmiVersion]
    """NVIDIA driver 580, CUDA 13.0, without mounting of CUDA compatibility libraries."""
    AL2_NEURON_2: ClassVar[InferenceAmiVersion]
    """For Inferentia and Trainium."""


InferenceAmiVersion.AL2_GPU_2 = InferenceAmiVersion("al2-ami-sagemaker-inference-gpu-2")
InferenceAmiVersion.AL2_GPU_2_1 = InferenceAmiVersion("al2-ami-sagemaker-inference-gpu-2-1")
InferenceAmiVersion.AL2_GPU_3_1 = InferenceAmiVersion("al2-ami-sagemaker-inference-gpu-3-1")
InferenceAmiVersion.AL2023_GPU_4_1 = InferenceAmiVersion("al2023-ami-sagemaker-inference-gpu-4-1")
InferenceAmiVersion.AL2_NEURON_2 = InferenceAmiVersion("al2-ami-sagemaker-inference-neuron-2")
