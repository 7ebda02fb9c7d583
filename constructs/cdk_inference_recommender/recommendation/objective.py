"""The objective of a recommendation."""

from __future__ import annotations

from typing import ClassVar

from cdk_inference_recommender.validation.enum_like import EnumLike
from inference_recommendations_handler.protocol.contract import ObjectiveName


class Objective(EnumLike):
    """By which measure the winner is chosen (API reference, `RecommendationMetrics`).

    `of` takes a name that comes from elsewhere, such as the app's context; one that isn't among these is reported by
    `app.synth()`.
    """

    COST_PER_INFERENCE: ClassVar[Objective]
    """Lowest estimated cost of one inference, in USD."""
    COST_PER_HOUR: ClassVar[Objective]
    """Lowest estimated cost of an hour, in USD."""
    MODEL_LATENCY: ClassVar[Objective]
    """Lowest model latency."""
    MAX_INVOCATIONS: ClassVar[Objective]
    """Highest throughput: most requests a minute."""


Objective.COST_PER_INFERENCE = Objective(ObjectiveName.COST_PER_INFERENCE.value)
Objective.COST_PER_HOUR = Objective(ObjectiveName.COST_PER_HOUR.value)
Objective.MODEL_LATENCY = Objective(ObjectiveName.MODEL_LATENCY.value)
Objective.MAX_INVOCATIONS = Objective(ObjectiveName.MAX_INVOCATIONS.value)
