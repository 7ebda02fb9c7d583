"""Events of `Custom::RecommendedModel`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.endpoint import recommended_model
from inference_recommendations_handler.endpoint.model_properties import model_name
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"
ROLE = "arn:aws:iam::123456789012:role/endpoint"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model/"


def error(message: str, code: str = "ValidationException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateModel")


@dataclass(kw_only=True)
class SageMaker:
    """Fake of SageMaker's models, with the service's error messages."""

    models: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    refusal: ClientError | None = None
    denies_without_tags: bool = False
    """Whether the role's permission to delete models depends on their tags."""

    def create_model(self, **request: Any) -> dict[str, str]:
        if self.refusal is not None:
            raise self.refusal
        name = request.pop("ModelName")
        if name in self.models:
            raise error(f'Cannot create already existing model "{ARN}{name}".')
        self.tags[ARN + name] = {tag["Key"]: tag["Value"] for tag in request.pop("Tags")}
        self.models[name] = request
        return {"ModelArn": ARN + name}

    def describe_model(self, *, ModelName: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        self._known(ModelName)
        return {"ModelName": ModelName, "ModelArn": ARN + ModelName, **self.models[ModelName]}

    def delete_model(self, *, ModelName: str) -> None:  # noqa: N803 -- the API's name
        if self.denies_without_tags and not self.tags.get(ARN + ModelName):
            raise error("is not authorized to perform: sagemaker:DeleteModel", "AccessDeniedException")
        self._known(ModelName)
        del self.models[ModelName]

    def add_tags(self, *, ResourceArn: str, Tags: list[dict[str, str]]) -> None:  # noqa: N803 -- the API's names
        self.tags[ResourceArn] |= {tag["Key"]: tag["Value"] for tag in Tags}

    def delete_tags(self, *, ResourceArn: str, TagKeys: list[str]) -> None:  # noqa: N803 -- the API's names
        for key in TagKeys:
            del self.tags[ResourceArn][key]

    def _known(self, name: str) -> None:
        if name not in self.models:
            raise error(f'Could not find model "{ARN}{name}".')


@dataclass(kw_only=True)
class Resource:
    """Resource of a stack that receives CloudFormation's events."""

    service: SageMaker = field(default_factory=SageMaker)
    physical_id: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)

    def event(self, request: str, properties: dict[str, Any], *, physical_id: str | None) -> CustomResourceEvent:
        raw = {
            "RequestType": request,
            "RequestId": "r",
            "ResponseURL": RESPONSE_URL,
            "StackId": "arn:stack",
            "ResourceType": "Custom::RecommendedModel",
            "LogicalResourceId": "Model",
            "ResourceProperties": properties,
            "OldResourceProperties": self.properties if request == "Update" else {},
        }
        return CustomResourceEvent.parse(raw | ({"PhysicalResourceId": physical_id} if physical_id else {}), now=0)

    def serve(self, request: str, *, physical_id: str | None = None, **properties: Any) -> str | None:
        """Returns the reason of a failure."""
        invocation = Invocation(clients=Clients({"sagemaker": self.service}.__getitem__), log_stream="stream")
        event = self.event(request, properties, physical_id=physical_id or self.physical_id)
        response = recommended_model.on_event(event, invocation)
        if response.succeeded:
            self.physical_id, self.properties = response.physical_resource_id, properties
        return response.reason

    @property
    def model(self) -> dict[str, Any]:
        assert self.physical_id is not None
        found: dict[str, Any] = self.service.models[self.physical_id]
        return found

    @property
    def tags(self) -> dict[str, str]:
        return self.service.tags[f"{ARN}{self.physical_id}"]


def of_package(**properties: Any) -> dict[str, Any]:
    return {
        "ServiceToken": "arn:function",
        "NamePrefix": "stack-endpoint",
        "ModelPackageArn": PACKAGE,
        "ExecutionRoleArn": ROLE,
        "RecommendationId": "job/1",
        "InferenceSpecificationName": "unavailable",
        "CompilationJobName": "unavailable",
        "EnvironmentJson": "{}",
    } | properties


def of_model(**properties: Any) -> dict[str, Any]:
    found = of_package(SourceModelName="bert", **properties)
    del found["ModelPackageArn"]
    return found


def created(**properties: Any) -> Resource:
    resource = Resource()
    assert resource.serve("Create", **properties) is None
    return resource


def test_a_package_runs_with_the_measured_environment_and_specification() -> None:
    resource = created(
        **of_package(EnvironmentJson=json.dumps({"OMP_NUM_THREADS": "2"}), InferenceSpecificationName="onnx")
    )
    assert resource.physical_id is not None
    assert resource.physical_id.startswith("stack-endpoint-")
    assert resource.model == {
        "PrimaryContainer": {
            "ModelPackageName": PACKAGE,
            "InferenceSpecificationName": "onnx",
            "Environment": {"OMP_NUM_THREADS": "2"},
        },
        "ExecutionRoleArn": ROLE,
    }


def test_what_the_service_said_nothing_of_is_left_out() -> None:
    assert created(**of_package()).model["PrimaryContainer"] == {"ModelPackageName": PACKAGE}


def test_network_and_isolation_are_the_propertys() -> None:
    network = {"Subnets": ["s-1"], "SecurityGroupIds": ["sg-1"]}
    model = created(**of_package(VpcConfig=network, EnableNetworkIsolation="true")).model
    assert (model["VpcConfig"], model["EnableNetworkIsolation"]) == (network, True)
    assert "EnableNetworkIsolation" not in created(**of_package(EnableNetworkIsolation="false")).model


SOURCE = {
    "PrimaryContainer": {"Image": "image", "ModelDataUrl": "s3://b/m", "Environment": {"KEPT": "1", "TUNED": "1"}},
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/of-the-source",
    "VpcConfig": {"Subnets": ["s-9"], "SecurityGroupIds": ["sg-9"]},
    "EnableNetworkIsolation": True,
}


def test_a_model_is_copied_with_what_was_measured_on_top() -> None:
    resource = Resource(service=SageMaker(models={"bert": SOURCE}))
    assert resource.serve("Create", **of_model(EnvironmentJson='{"TUNED":"2"}')) is None
    assert resource.model == {
        "PrimaryContainer": {"Image": "image", "ModelDataUrl": "s3://b/m", "Environment": {"KEPT": "1", "TUNED": "2"}},
        "ExecutionRoleArn": ROLE,
        "VpcConfig": {"Subnets": ["s-9"], "SecurityGroupIds": ["sg-9"]},
        "EnableNetworkIsolation": True,
    }


def test_a_model_of_several_containers_is_copied_unless_there_is_an_environment() -> None:
    pipeline = {"Containers": [{"Image": "a"}, {"Image": "b"}], "InferenceExecutionConfig": {"Mode": "Serial"}}
    resource = Resource(service=SageMaker(models={"bert": pipeline}))
    reason = resource.serve("Create", **of_model(EnvironmentJson='{"A":"1"}'))
    assert reason is not None
    assert reason.startswith("The model bert has 2 containers")
    assert resource.serve("Create", **of_model()) is None
    assert resource.model == pipeline | {"ExecutionRoleArn": ROLE}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (of_package(CompilationJobName="neo-1"), "that SageMaker Neo compiled (compilation job neo-1)"),
        (of_model(InferenceSpecificationName="onnx"), "pass the endpoint the model package that the job has measured"),
        (of_model(), "There is no model bert"),
        (of_package(EnvironmentJson="unavailable"), "EnvironmentJson must be a JSON object"),
        (of_package(EnvironmentJson="[]"), "must be a JSON object"),
        (of_package(SourceModelName="bert"), "needs an execution role, and either a model package or a model"),
        ({}, "needs an execution role, and either a model package or a model"),
    ],
)
def test_what_wasnt_measured_is_never_made(properties: dict[str, Any], message: str) -> None:
    resource = Resource()
    reason = resource.serve("Create", **properties)
    assert reason is not None
    assert message in reason
    assert not resource.service.models


@pytest.mark.parametrize(
    ("properties", "end"),
    [
        ({}, "synthesized the template."),
        ({**of_model(EnvironmentJson='{"A": "1"}'), "SourceModelName": "two"}, "or create the model yourself."),
    ],
)
def test_what_wasnt_measured_has_a_remedy(properties: dict[str, Any], end: str) -> None:
    resource = Resource()
    containers = [{"Image": "one"}, {"Image": "two"}]
    resource.service.models["two"] = {"ModelArn": f"{ARN}two", "Containers": containers}
    assert str(resource.serve("Create", **properties)).endswith(end)


def test_a_compiled_winner_has_a_remedy() -> None:
    assert Resource().serve("Create", **of_package(RecommendationId="bert/1", CompilationJobName="neo-1")) == (
        "The recommendation bert/1 was measured on a model that SageMaker Neo compiled (compilation job neo-1), and "
        "the endpoint would run the uncompiled one: nothing was deployed. Omit `data_input_config` in the job's "
        "container config, or `ModelInput` in the model package, to measure the uncompiled model. Or create a model "
        "of your own from the output of the compilation job."
    )


def test_a_second_delivery_makes_no_second_model() -> None:
    resource = created(**of_package())
    first = resource.physical_id
    resource.physical_id = None
    assert resource.serve("Create", **of_package()) is None
    assert resource.physical_id == first
    assert len(resource.service.models) == 1


def test_another_choice_is_another_model_and_the_old_one_goes_in_cleanup() -> None:
    resource = created(**of_package())
    old = resource.physical_id
    assert old is not None
    assert resource.serve("Update", **of_package(EnvironmentJson='{"A":"1"}')) is None
    assert resource.physical_id != old
    assert len(resource.service.models) == 2
    new = resource.physical_id
    resource.serve("Delete", physical_id=old, **of_package())
    assert [*resource.service.models] == [new]


def test_a_rollback_finds_the_old_model_again() -> None:
    resource = created(**of_package())
    old = resource.physical_id
    resource.serve("Update", **of_package(EnvironmentJson='{"A":"1"}'))
    new = resource.physical_id
    assert resource.serve("Update", **of_package()) is None
    assert resource.physical_id == old
    resource.serve("Delete", physical_id=new, **of_package(EnvironmentJson='{"A":"1"}'))
    assert [*resource.service.models] == [old]


def test_an_update_that_fails_keeps_the_old_id() -> None:
    resource = created(**of_package())
    event = resource.event("Update", of_package(CompilationJobName="neo"), physical_id=resource.physical_id)
    invocation = Invocation(clients=Clients({"sagemaker": resource.service}.__getitem__), log_stream="s")
    response = recommended_model.on_event(event, invocation)
    assert not response.succeeded
    assert response.physical_resource_id == resource.physical_id


def test_another_job_with_the_same_outcome_rolls_no_endpoint() -> None:
    resource = created(**of_package())
    old = resource.physical_id
    assert resource.serve("Update", **of_package(RecommendationId="job/2")) is None
    assert resource.physical_id == old
    assert resource.tags["cdk-inference-recommender:recommendation-id"] == "job/2"


def test_tags_are_updated_in_place() -> None:
    def tagged(**tags: str) -> dict[str, Any]:
        return of_package(Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    resource = created(**tagged(team="a", old="1"))
    old = resource.physical_id
    assert resource.serve("Update", **tagged(team="b")) is None
    assert resource.physical_id == old
    assert resource.tags == {
        "team": "b",
        "cdk-inference-recommender:stack-id": "arn:stack",
        "cdk-inference-recommender:logical-id": "Model",
        "cdk-inference-recommender:recommendation-id": "job/1",
    }


def test_tags_that_cannot_be_changed_fail_no_update(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: Any) -> None:
        raise error("not authorized", "AccessDeniedException")

    resource = created(**of_package())
    monkeypatch.setattr(resource.service, "add_tags", refuse)
    capsys.readouterr()
    assert resource.serve("Update", **of_package(Tags=[{"Key": "team", "Value": "b"}])) is None
    assert "team" not in resource.tags
    line = json.loads(capsys.readouterr().out)
    assert line["level"] == "WARNING"
    assert line["physicalResourceId"] == resource.physical_id
    assert line["message"].startswith("tags not updated: ")


def test_a_model_that_somebody_deleted_is_made_again() -> None:
    resource = created(**of_package())
    resource.service.models.clear()
    assert resource.serve("Update", **of_package()) is None
    assert resource.model


def test_delete_succeeds_whatever_there_is() -> None:
    resource = created(**of_package())
    assert resource.serve("Delete", **of_package()) is None
    assert not resource.service.models
    assert resource.serve("Delete", **of_package()) is None
    assert resource.serve("Delete", physical_id="Stack-Model-1ABC") is None


def test_a_create_that_got_no_response_is_cleaned_up_under_the_id_that_cloudformation_invents() -> None:
    resource = created(**of_package())
    assert resource.serve("Delete", physical_id="Stack-Model-1ABC", **of_package()) is None
    assert not resource.service.models


def test_resources_and_stacks_share_no_name() -> None:
    resource = Resource()
    here = resource.event("Create", of_package(), physical_id=None)
    names = {
        model_name(each)
        for each in (
            here,
            CustomResourceEvent.parse(here.render() | {"StackId": "arn:other"}, now=0),
            CustomResourceEvent.parse(here.render() | {"LogicalResourceId": "Other"}, now=0),
        )
    }
    assert len(names) == 3


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_what_may_pass_is_left_to_the_next_delivery(code: str) -> None:
    resource = Resource(service=SageMaker(refusal=error("not now", code)))
    with pytest.raises(ClientError):
        resource.serve("Create", **of_package())


def test_a_refusal_has_the_message_of_the_service() -> None:
    resource = Resource(service=SageMaker(refusal=error("Cannot find package.")))
    reason = resource.serve("Create", **of_package())
    assert reason is not None
    assert reason.startswith("Cannot find package. (ValidationException.) The model stack-endpoint-")


def test_a_model_that_is_gone_is_deleted_though_a_name_without_tags_is_denied() -> None:
    resource = Resource(service=SageMaker(denies_without_tags=True))
    resource.serve("Create", **of_package())
    resource.service.models.clear()
    resource.service.tags.clear()
    assert resource.serve("Delete", **of_package()) is None


def test_a_model_whose_tags_are_not_shown_yet_is_left_to_the_next_delivery() -> None:
    resource = Resource(service=SageMaker(denies_without_tags=True))
    resource.serve("Create", **of_package())
    shown = dict(resource.service.tags)
    resource.service.tags.clear()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        resource.serve("Delete", **of_package())
    resource.service.tags |= shown
    assert resource.serve("Delete", **of_package()) is None
    assert not resource.service.models


@pytest.mark.parametrize("absent", ["unavailable", ""])
def test_an_absent_specification_and_compilation_job_are_none(absent: str) -> None:
    resource = created(**of_package(InferenceSpecificationName=absent, CompilationJobName=absent))
    assert resource.model["PrimaryContainer"] == {"ModelPackageName": PACKAGE}


@pytest.mark.parametrize(
    "changes",
    [
        {"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}},
        {"EnableNetworkIsolation": "true"},
        {"ExecutionRoleArn": f"{ROLE}-2"},
        {"InferenceSpecificationName": "onnx"},
        {"EnvironmentJson": '{"A":"1"}'},
        {"ModelPackageArn": f"{PACKAGE}0"},
    ],
)
def test_whatever_decides_how_a_model_runs_makes_another_model(changes: dict[str, Any]) -> None:
    resource = created(**of_package())
    before = resource.physical_id
    assert resource.serve("Update", **of_package(**changes)) is None
    assert resource.physical_id != before
