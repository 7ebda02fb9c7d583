"""The two kinds of recommendation job."""

from __future__ import annotations

from typing import ClassVar

from cdk_inference_recommender.validation.enum_like import EnumLike


class JobType(EnumLike):
    """What a recommendation job does (API reference, `CreateInferenceRecommendationsJob`, `JobType`)."""

    DEFAULT: ClassVar[JobType]
    """An instance recommendation: the service picks the instance types; about 45 minutes."""
    ADVANCED: ClassVar[JobType]
    """A load test with your own traffic over your own endpoint configurations; 2 hours on average, up to 5."""


JobType.DEFAULT = JobType("Default")
JobType.ADVANCED = JobType("Advanced")
