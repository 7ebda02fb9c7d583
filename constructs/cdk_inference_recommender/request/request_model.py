"""Where the rules of single members come from: botocore's service model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from botocore.model import Shape


@cache
def request_shape() -> Shape:
    """Load the shape of `CreateInferenceRecommendationsJob`'s request.

    The one place that knows where the model is: botocore's own copy, about 0.2 s for the whole of SageMaker, once a
    process.

    Returns:
        The input shape; members, lists and limits hang off it.
    """
    description = Loader().load_service_model("sagemaker", "service-2")
    shape = ServiceModel(description, "sagemaker").operation_model("CreateInferenceRecommendationsJob").input_shape
    if shape is None:
        raise LookupError(
            f"botocore {botocore.__version__} describes CreateInferenceRecommendationsJob without a request; "
            "install another release of botocore"
        )
    return shape
