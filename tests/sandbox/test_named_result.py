from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core import responses
from moto.core.responses import ActionContext, ActionResult
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model, method_names_from_class

from inference_recommender_sandbox.cloudformation.service import CloudFormationService
from inference_recommender_sandbox.method_names import keep_method_names
from inference_recommender_sandbox.named_result import NamedResult

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STACK = {
    "StackName": "Stack",
    "CreationTime": MOMENT,
    "StackStatus": "CREATE_COMPLETE",
    "Description": None,
    "Outputs": [{"OutputKey": "Name", "OutputValue": "<&>"}, {"OutputKey": "Other", "OutputValue": ""}],
    "Tags": [],
}
JOB = {
    "JobName": "job",
    "Status": "COMPLETED",
    "CreationTime": MOMENT,
    "InferenceRecommendations": [
        {
            "Metrics": {"CostPerHour": 0.25, "MaxInvocations": 7},
            "EndpointConfiguration": {"InstanceType": "ml.c5.large", "InitialInstanceCount": 1},
            "ModelConfiguration": {"EnvironmentParameters": []},
        }
    ],
}


@pytest.mark.parametrize(
    ("service", "operation", "document"),
    [
        ("cloudformation", "DescribeStacks", {"Stacks": [STACK], "NextToken": None}),
        ("sagemaker", "DescribeInferenceRecommendationsJob", JOB),
        ("stepfunctions", "ListExecutions", {"executions": [{"name": "one", "startDate": MOMENT}], "nextToken": None}),
    ],
)
def test_a_response_is_what_moto_makes_of_it(service: str, operation: str, document: dict[str, Any]) -> None:
    model = get_service_model(service)
    protocol = model.metadata["protocol"]
    response: Any = SimpleNamespace()
    context = ActionContext(
        model, model.operation_model(operation), get_serializer_class(model.service_name, protocol), response
    )
    assert NamedResult(document).execute_result(context) == ActionResult(document).execute_result(context)


def test_the_methods_of_a_service_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "method_names_from_class", method_names_from_class)
    keep_method_names()
    found = responses.method_names_from_class(CloudFormationService)
    assert found == method_names_from_class(CloudFormationService)
    assert responses.method_names_from_class(CloudFormationService) is found
