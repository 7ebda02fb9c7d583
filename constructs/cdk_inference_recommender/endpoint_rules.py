"""Rules of a recommended endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Breach, Problem, RequestDocument, Rule, Severity, check_rules
from cdk_inference_recommender.request.request_document import ABSENT
from cdk_inference_recommender.request.rules.sources import NEO
from cdk_inference_recommender.tokens import literals_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.model_source import ModelSource

_DATA_INPUT_CONFIG: Final = "InputConfig.ContainerConfig.DataInputConfig"


def check_endpoint(model: ModelSource) -> Iterator[Problem]:
    """Check what an endpoint is made of.

    Args:
        model: What the job has measured.

    Returns:
        Every problem.
    """
    config = model.container_config
    given = {"DataInputConfig": config.data_input_config} if config and config.data_input_config is not None else {}
    document = RequestDocument({"InputConfig": {"ContainerConfig": literals_only(given)}})
    return check_rules(ENDPOINT_RULES, document)


def _compiled(document: RequestDocument) -> Iterator[Breach]:
    value = document.at(_DATA_INPUT_CONFIG)
    if value is not ABSENT:
        yield Breach(path=tuple(_DATA_INPUT_CONFIG.split(".")), value=value)


ENDPOINT_RULES: Final = (
    Rule(
        id="NeoCompiledWinner",
        severity=Severity.WARNING,
        fields=(_DATA_INPUT_CONFIG,),
        text="lets SageMaker Neo compile the model, and a winner that was compiled fails the deployment after the job",
        remedy="Leave it out, so that the uncompiled model is measured, which is what the endpoint runs",
        source=NEO,
        breaches=_compiled,
    ),
)
