"""Rules of a recommended endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import UNRESOLVED, Breach, Problem, RequestDocument, Rule, Severity, check_rules
from cdk_inference_recommender.request.request_document import ABSENT
from cdk_inference_recommender.request.rules.sources import NEO
from cdk_inference_recommender.tokens import literals_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.model_source import ModelSource

_MEASURED: Final = "Measured"
_MODELS: Final = ("ModelPackageVersionArn", "ModelName")
_DATA_INPUT_CONFIG: Final = "InputConfig.ContainerConfig.DataInputConfig"


def check_endpoint(model: ModelSource, *, measured: object) -> Iterator[Problem]:
    """Check what an endpoint is made of.

    Args:
        model: What the endpoint runs.
        measured: The job's `InputConfig`; UNRESOLVED where nothing is known of the job.

    Returns:
        Every problem.
    """
    config = model.container_config
    given = {"DataInputConfig": config.data_input_config} if config and config.data_input_config is not None else {}
    names = {"ModelPackageVersionArn": model.model_package_version_arn, "ModelName": model.model_name}
    document = RequestDocument(
        {
            "InputConfig": {
                "ContainerConfig": literals_only(given),
                **{name: literals_only(value) for name, value in names.items() if value is not None},
            },
            _MEASURED: measured,
        }
    )
    return check_rules(ENDPOINT_RULES, document)


def _compiled(document: RequestDocument) -> Iterator[Breach]:
    value = document.at(_DATA_INPUT_CONFIG)
    if value is not ABSENT:
        yield Breach(path=tuple(_DATA_INPUT_CONFIG.split(".")), value=value)


def _not_measured(document: RequestDocument) -> Iterator[Breach]:
    for name in _MODELS:
        for path, value in document.strings(f"InputConfig.{name}"):
            if document.at(f"{_MEASURED}.{name}") not in (UNRESOLVED, value):
                yield Breach(path=path, value=value)


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
    Rule(
        id="EndpointModelMeasured",
        severity=Severity.WARNING,
        fields=tuple(f"InputConfig.{name}" for name in _MODELS),
        text="isn't the model that the job has measured, so that nothing is known of how it does where it will run",
        remedy="Give the endpoint the job's own ModelSource, or measure this model",
        source="this library",
        breaches=_not_measured,
    ),
)
