"""Values of environment variables, and the ResponseURL, appear in no response and in no log line."""

from __future__ import annotations

import copy
import json
import traceback
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inference_recommendations_handler.aws.clients import Clients, deadline_clients
from inference_recommendations_handler.handler import RetryEventError, StepFailedError, handle
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.contract import ResourceType, StateKey
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, InvalidEventError
from inference_recommendations_handler.protocol.redaction import HIDDEN, MIN_LENGTH, hide, hiding, redact
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL
from tests.unit.inference_recommendations_handler.test_odd_shapes import RESPONSES, SOUND, bucket, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MARK: Final = "planted"
SECRET: Final = st.text(max_size=12).map(lambda tail: f"{MARK}-{tail}")
QUOTES: Final[Mapping[str, Callable[[str], str]]] = {
    "as it is": str,
    "as Python": repr,
    "as JSON": json.dumps,
    "on one line": lambda value: " ".join(value.split()),
}


def recommendation(number: int, secret: str) -> dict[str, Any]:
    return {
        "RecommendationId": f"bert/{number}",
        "EndpointConfiguration": {"InstanceType": "ml.c5.large", "InitialInstanceCount": 1},
        "ModelConfiguration": {
            "EnvironmentParameters": [
                {"Key": "TOKEN", "ValueType": "Categorical", "Value": secret + "!" * (number - 1)}
            ]
        },
        "Metrics": {"CostPerHour": 9.0 + number, "CostPerInference": 1.0, "MaxInvocations": 5, "ModelLatency": 5},
    }


@dataclass
class Service:
    """Fake that returns the responses of `test_odd_shapes`, and quotes the secret in errors."""

    secret: str = ""
    quoted: str = ""
    failing: str = ""
    code: str = ""
    status: str = "COMPLETED"

    def __call__(self, *, model: Any, **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        words = f"Value {self.quoted} at 'environment' failed to satisfy constraint"
        if model.name == self.failing and self.code == "":
            raise LookupError(words)
        responded: dict[str, Any] = copy.deepcopy(RESPONSES.get(model.name, {}))
        if model.name == self.failing:
            responded = {"Error": {"Code": self.code, "Message": words}}
        elif model.name == "DescribeInferenceRecommendationsJob":
            found = [recommendation(number, self.secret) for number in (1, 2)]
            responded |= {"Status": self.status, "InferenceRecommendations": found, "FailureReason": words}
        elif model.name == "ListInferenceRecommendationsJobSteps":
            benchmark = recommendation(1, self.secret) | {"FailureReason": f"{words}: again"}
            responded = {"Steps": [{"Status": "FAILED", "StepType": "BENCHMARK", "InferenceBenchmark": benchmark}]}
        elif model.name == "DescribeModel":
            responded["PrimaryContainer"]["Environment"] = {"TOKEN": self.secret}
        status = 400 if "Error" in responded else 200
        return SimpleNamespace(status_code=status), responded | {"ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.fixture(scope="module")
def service() -> Service:
    return Service()


@pytest.fixture(scope="module")
def clients(service: Service) -> Iterator[Clients]:
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    make: Any = session.client

    def client(name: str) -> Any:
        made = make(name)
        made.meta.events.register("before-call.*.*", service)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", lambda _: None)
        yield deadline_clients(client)


def planted(resource_type: ResourceType, secret: str, shape: str) -> dict[str, Any]:
    """Return properties with the secret in the environment, in the expected shape or another one."""
    properties: dict[str, Any] = copy.deepcopy(SOUND[resource_type])
    values: Any = {"sound": [secret], "text": secret, "nested": [[secret]], "structure": {"x": secret}}[shape]
    if resource_type is ResourceType.JOB:
        ranges = {"CategoricalParameterRanges": [{"Name": "TOKEN", "Value": values}]}
        configuration = {"InstanceType": "ml.c5.large", "EnvironmentParameterRanges": ranges}
        properties["Request"]["InputConfig"]["EndpointConfigurations"] = [configuration]
    elif resource_type is ResourceType.RECOMMENDED_MODEL:
        document = {"sound": {"TOKEN": secret}, "nested": [secret], "structure": {"TOKEN": {"x": secret}}}
        properties["EnvironmentJson"] = secret if shape == "text" else json.dumps(document[shape])
    elif resource_type is ResourceType.RECOMMENDATION:
        properties["Constraints"] = {"MaxCostPerHour": "1"} if shape == "sound" else {"MaxCostPerHour": "90"}
    return properties


def output_of(sent: dict[str, Any], clients: Clients, capsys: pytest.CaptureFixture[str]) -> str:
    """Return all output of the function except for data: reasons, its log, and exceptions that Lambda logs."""
    raised = ""
    state: Mapping[str, Any] = {}
    with bucket() as responses:
        try:
            state = handle(sent, Invocation(clients=clients, log_stream="stream"))
        except (RetryEventError, StepFailedError) as error:
            raised = "".join(traceback.format_exception(error))
    own = {name: value for name, value in state.items() if name != "event"}
    reasons = [response.get("Reason", "") for response in responses]
    return "\n".join([*reasons, raised, json.dumps(own, ensure_ascii=False), capsys.readouterr().out])


OPERATIONS: Final = [
    "",
    "CreateInferenceRecommendationsJob",
    "CreateModel",
    "DescribeInferenceRecommendationsJob",
    "DescribeModel",
    "DescribeStackResource",
    "ListExecutions",
    "ListTags",
]


@dataclass(frozen=True, kw_only=True)
class Case:
    secret: str = f"{MARK}-1"
    shape: str = "sound"
    """Shape of the environment in the properties."""
    resource_type: ResourceType
    request_type: str = "Create"
    failing: str = ""
    """Operation whose error quotes the secret."""
    code: str = ""
    """Empty for an unexpected exception."""
    quote: str = "as it is"
    status: str = "COMPLETED"
    task: str = ""
    """Task of the state machine; empty for an event of CloudFormation."""

    @property
    def known(self) -> bool:
        """Return whether the handler has read the secret when the call fails."""
        in_properties = self.resource_type in {ResourceType.JOB, ResourceType.RECOMMENDED_MODEL}
        return not self.failing or (in_properties and self.shape != "text")

    def event(self) -> dict[str, Any]:
        old = planted(self.resource_type, self.secret, "sound")
        sent = event(self.resource_type, self.request_type, planted(self.resource_type, self.secret, self.shape), old)
        if not self.task:
            return sent
        return {
            StateKey.TASK.value: self.task,
            "event": CustomResourceEvent.parse(sent, now=0.0).render(),
            "name": "bert",
            "reason": "quota",
            "selector": {"names": ["bert"]},
        }


CASES: Final = st.builds(
    Case,
    secret=SECRET,
    shape=st.sampled_from(["sound", "text", "nested", "structure"]),
    resource_type=st.sampled_from(list(ResourceType)),
    request_type=st.sampled_from(["Create", "Update", "Delete"]),
    failing=st.sampled_from(OPERATIONS),
    code=st.sampled_from(["ValidationException", "AccessDeniedException", "ThrottlingException", ""]),
    quote=st.sampled_from([*QUOTES]),
    status=st.sampled_from(["COMPLETED", "FAILED", "STOPPED"]),
    task=st.sampled_from(["", "create", "wait", "delete"]),
).filter(lambda case: case.known)


@settings(
    max_examples=max(300, settings().max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(Case(resource_type=ResourceType.JOB, shape="text"))
@example(Case(resource_type=ResourceType.JOB, shape="structure", task="create"))
@example(Case(resource_type=ResourceType.JOB, failing="CreateInferenceRecommendationsJob", code="ValidationException"))
@example(Case(resource_type=ResourceType.JOB, failing="CreateInferenceRecommendationsJob", task="create"))
@example(Case(resource_type=ResourceType.RECOMMENDED_MODEL, shape="text"))
@example(Case(resource_type=ResourceType.RECOMMENDED_MODEL, failing="CreateModel", code="ValidationException"))
@example(Case(resource_type=ResourceType.RECOMMENDED_MODEL, failing="CreateModel"))
@example(Case(resource_type=ResourceType.RECOMMENDATION))
@example(Case(resource_type=ResourceType.RECOMMENDATION, status="FAILED"))
@example(Case(resource_type=ResourceType.WAIT, status="FAILED"))
@example(Case(resource_type=ResourceType.WAIT, status="FAILED", task="wait"))
@given(CASES)
def test_a_secret_in_the_environment_is_in_no_response_and_in_no_log(
    service: Service, clients: Clients, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    service.secret, service.quoted = case.secret, QUOTES[case.quote](case.secret)
    service.failing, service.code, service.status = case.failing, case.code, case.status
    assert MARK not in output_of(case.event(), clients, capsys)


def test_results_are_distinguished_although_their_values_are_not_shown(
    service: Service, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    service.secret, service.failing, service.status = MARK, "", "COMPLETED"
    properties = planted(ResourceType.RECOMMENDATION, MARK, "sound")
    found = output_of(event(ResourceType.RECOMMENDATION, "Create", properties, {}), clients, capsys)
    assert "1 x ml.c5.large (bert/1, environment TOKEN): CostPerHour 10 is 9 " in found
    assert "1 x ml.c5.large (bert/2, environment TOKEN): CostPerHour 11 is 10 " in found


@pytest.mark.parametrize("raw", [{"ResponseURL": f"{RESPONSE_URL}?{MARK}"}, {"RequestType": MARK, "ResponseURL": MARK}])
def test_what_is_no_event_is_not_quoted(raw: dict[str, Any], clients: Clients) -> None:
    with pytest.raises(InvalidEventError) as raised:
        handle(raw, Invocation(clients=clients, log_stream="stream"))
    assert MARK not in "".join(traceback.format_exception(raised.value))


@given(values=st.lists(st.text(), max_size=4), around=st.text(max_size=5), quote=st.sampled_from([*QUOTES]))
def test_every_value_is_hidden_in_every_form_of_it(values: list[str], around: str, quote: str) -> None:
    document = {"Containers": [{"Environment": {"NAME": value}} for value in values]}
    with hiding(document):
        for value in values:
            text = redact(f"{around}{QUOTES[quote](value)}{around}")
            assert (
                len(value) < MIN_LENGTH or value in HIDDEN or value not in text.replace(HIDDEN, "") or value in around
            )


def test_names_short_values_and_other_members_stay() -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "THREADS", "Value": ["2", "eight"]}]}
    with hiding({"JobName": "bert-large", "EnvironmentParameterRanges": ranges}):
        assert redact("bert-large: THREADS 2 or eight") == f"bert-large: THREADS 2 or {HIDDEN}"
        hide({"EnvironmentJson": '{"KEY": "large"}'})
        assert redact("bert-large: KEY") == f"bert-{HIDDEN}: KEY"
    assert redact("eight") == "eight"


def test_the_parts_of_a_response_url_that_answer_for_a_stack_are_hidden() -> None:
    url = f"{RESPONSE_URL}?X-Amz-Date=20270115T080000Z&X-Amz-Signature=abcdef&X-Amz-Security-Token=ghi%2Fjkl"
    with hiding({"ResponseURL": url}):
        assert redact(f"PUT {url} failed") == f"PUT {HIDDEN} failed"
        assert redact("abcdef, ghi/jkl") == f"{HIDDEN}, {HIDDEN}"


@pytest.mark.parametrize("name", ["Key", "Name", "ValueType"])
@pytest.mark.parametrize(
    "document",
    [
        lambda name: {"PrimaryContainer": {"Environment": {name: MARK}}},
        lambda name: {"EnvironmentJson": json.dumps({name: MARK})},
    ],
    ids=["map", "JSON"],
)
def test_a_variable_may_be_called_as_a_member_is(document: Callable[[str], Any], name: str) -> None:
    with hiding(document(name)):
        assert redact(f"{name}={MARK}") == f"{name}={HIDDEN}"


def test_names_of_parameters_are_shown() -> None:
    with hiding({"EnvironmentParameters": [{"Key": "API_TOKEN", "ValueType": "String", "Value": MARK}]}):
        assert redact(f"API_TOKEN String {MARK}") == f"API_TOKEN String {HIDDEN}"
