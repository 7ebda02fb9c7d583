"""Requests to test with: sound ones, small changes to them, and a strategy that makes any number more."""

from __future__ import annotations

from copy import deepcopy
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request import Path, Shape

Document = dict[str, Any]

DEFAULT: Final[Document] = {
    "JobName": "bert",
    "JobType": "Default",
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    "InputConfig": {
        "ModelPackageVersionArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1",
    },
}
"""A Default job on a model package: the least that a job needs."""

MODEL_NAME: Final[Document] = {
    "JobName": "bert",
    "JobType": "Default",
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    "InputConfig": {
        "ModelName": "bert",
        "ContainerConfig": {
            "Domain": "NATURAL_LANGUAGE_PROCESSING",
            "Task": "FILL_MASK",
            "Framework": "PYTORCH",
            "FrameworkVersion": "2.6",
            "PayloadConfig": {
                "SamplePayloadUrl": "s3://payloads/bert.tar.gz",
                "SupportedContentTypes": ["application/json"],
            },
        },
    },
}
"""A Default job on a model that is in no registry."""

ADVANCED: Final[Document] = {
    "JobName": "bert",
    "JobType": "Advanced",
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    "InputConfig": {
        "ModelPackageVersionArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1",
        "JobDurationInSeconds": 7200,
        "TrafficPattern": {
            "TrafficType": "PHASES",
            "Phases": [
                {"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 120},
                {"InitialNumberOfUsers": 3, "SpawnRate": 1, "DurationInSeconds": 120},
            ],
        },
        "ResourceLimit": {"MaxNumberOfTests": 10, "MaxParallelOfTests": 3},
        "EndpointConfigurations": [{"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.xlarge"}],
    },
    "StoppingConditions": {
        "MaxInvocations": 1000,
        "ModelLatencyThresholds": [{"Percentile": "P95", "ValueInMilliseconds": 100}],
    },
}
"""A load test in phases, on two instance types."""

STAIRS: Final[Document] = {"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 5}}
"""Stairs as the developer guide explains them: five steps of 120 seconds."""


def with_value(document: Document, path: Path, value: object) -> Document:
    """Copy a document with one value replaced or added; structures on the way are made."""
    copy = deepcopy(document)
    place: Any = copy
    for step in path[:-1]:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    place[path[-1]] = value
    return copy


def without(document: Document, path: Path) -> Document:
    """Copy a document with one member removed."""
    copy = deepcopy(document)
    place: Any = copy
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return copy


def places(value: object, shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Any, Shape]]:
    """Visit every value of a document with its path and its shape, structures and lists before what they hold."""
    yield path, value, shape
    match value:
        case dict():
            for name, member in value.items():
                yield from places(member, shape.members[name], (*path, name))
        case list() if shape.member:
            for index, item in enumerate(value):
                yield from places(item, shape.member, (*path, index))


def _optionally(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries({}, optional=members)


def _texts(min_size: int = 0, *, max_size: int) -> st.SearchStrategy[str]:
    # Hypothesis reads constants off the code under test, and so knows how a placeholder looks.
    return st.text(min_size=min_size, max_size=max_size).filter(lambda text: not text.startswith("<fill in: "))


# From texts, since from a regular expression a name takes six times as long.
_names = st.builds(
    lambda first, rest: f"{first}{rest}".rstrip("-"),
    st.sampled_from(ascii_letters + digits),
    st.text("aZ9-", max_size=39),
)
_keys = st.sampled_from(["alias/key", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"])
_uris = st.sampled_from(["s3://bucket", "s3://bucket/folder/", "https://bucket.s3.amazonaws.com/key"])
_instance_types = st.sampled_from(
    ["ml.c5.xlarge", "ml.m5.large", "ml.g5.2xlarge", "ml.inf2.xlarge", "ml.p6-b200.48xlarge"]
)
_environment = st.fixed_dictionaries(
    {
        "CategoricalParameterRanges": st.lists(
            st.fixed_dictionaries(
                {
                    "Name": st.text("ABC_", min_size=1, max_size=64),
                    "Value": st.lists(_texts(max_size=128), min_size=1, max_size=3),
                }
            ),
            min_size=1,
            max_size=5,
        )
    }
)
_real_time = st.fixed_dictionaries(
    {"InstanceType": _instance_types},
    optional={"EnvironmentParameterRanges": _environment, "InferenceSpecificationName": _names},
)
_serverless = st.fixed_dictionaries(
    {
        "ServerlessConfig": st.fixed_dictionaries(
            {"MemorySizeInMB": st.integers(1, 6).map(lambda gb: gb * 1024), "MaxConcurrency": st.integers(1, 200)}
        )
    }
)
_phases = st.lists(
    st.fixed_dictionaries(
        {
            "InitialNumberOfUsers": st.integers(1, 3),
            "SpawnRate": st.integers(0, 3),
            "DurationInSeconds": st.integers(120, 3600),
        }
    ),
    min_size=1,
    max_size=5,
)
_stairs = st.fixed_dictionaries(
    {
        "DurationInSeconds": st.integers(120, 3600),
        "NumberOfSteps": st.integers(1, 30),
        "UsersPerStep": st.integers(1, 3),
    }
)
_traffic = st.one_of(
    st.fixed_dictionaries({"TrafficType": st.just("PHASES"), "Phases": _phases}),
    st.fixed_dictionaries({"TrafficType": st.just("STAIRS"), "Stairs": _stairs}),
)
_container = st.fixed_dictionaries(
    {
        "Domain": st.sampled_from(["COMPUTER_VISION", "MACHINE_LEARNING"]),
        "Task": st.sampled_from(["CLASSIFICATION", "OTHER"]),
        "Framework": st.sampled_from(["XGBOOST", "PYTORCH"]),
        "PayloadConfig": st.fixed_dictionaries(
            {
                "SamplePayloadUrl": st.just("s3://bucket/payload.tar.gz"),
                "SupportedContentTypes": st.lists(st.just("text/csv"), min_size=1, max_size=3),
            }
        ),
    },
    optional={
        "FrameworkVersion": st.builds(
            lambda major, rest: f"{major}.{rest}", st.integers(0, 9), st.text("bZ09.-", min_size=1, max_size=8)
        ),
        "NearestModelName": st.sampled_from(["resnet50", "xgboost"]),
        "SupportedInstanceTypes": st.lists(_instance_types, max_size=3),
        "SupportedEndpointType": st.sampled_from(["RealTime", "Serverless"]),
        "DataInputConfig": _texts(1, max_size=1024),
        "SupportedResponseMIMETypes": st.lists(st.just("application/json"), max_size=3),
    },
)
_vpc = st.fixed_dictionaries(
    {
        "SecurityGroupIds": st.lists(st.just("sg-0a1b2c3d"), min_size=1, max_size=5),
        "Subnets": st.lists(st.just("subnet-0a1b2c3d"), min_size=1, max_size=16),
    }
)
_endpoints = st.lists(st.fixed_dictionaries({"EndpointName": _names}), max_size=1)
_stopping = _optionally(
    MaxInvocations=st.integers(1, 30_000),
    ModelLatencyThresholds=st.lists(
        st.fixed_dictionaries(
            {"Percentile": st.sampled_from(["P95", "P99"]), "ValueInMilliseconds": st.integers(1, 100_000)}
        ),
        min_size=1,
        max_size=1,
    ),
    FlatInvocations=st.sampled_from(["Continue", "Stop"]),
)
_tags = st.lists(
    st.fixed_dictionaries(
        {"Key": st.text("abcä_ 1", min_size=1, max_size=128), "Value": st.text("abcß 2", max_size=256)}
    ),
    max_size=50,
    unique_by=lambda tag: tag["Key"],
)


# Made once: Hypothesis validates each new strategy, which takes as long as drawing from it.
_config = st.one_of(
    st.fixed_dictionaries(
        {"ModelPackageVersionArn": st.just(DEFAULT["InputConfig"]["ModelPackageVersionArn"])},
        optional={"ContainerConfig": _container},
    ),
    st.fixed_dictionaries({"ModelName": _names, "ContainerConfig": _container}),
)
_options_of_config = _optionally(VolumeKmsKeyId=_keys, VpcConfig=_vpc, Endpoints=_endpoints)
_advanced_config = st.fixed_dictionaries(
    {
        "TrafficPattern": _traffic,
        "EndpointConfigurations": st.lists(st.one_of(_real_time, _serverless), min_size=1, max_size=10),
        "JobDurationInSeconds": st.integers(5 * 3600, 18_000),
    },
    optional={
        "ResourceLimit": _optionally(MaxNumberOfTests=st.integers(1, 10), MaxParallelOfTests=st.integers(1, 10)),
    },
)
_output = _optionally(KmsKeyId=_keys, CompiledOutputConfig=_optionally(S3OutputUri=_uris))
_options = _optionally(JobDescription=_texts(max_size=128), OutputConfig=_output, Tags=_tags)
_advanced_options = _optionally(StoppingConditions=_stopping)


@st.composite
def valid_documents(draw: st.DrawFn) -> Document:
    """Make requests that break no rule whose severity is ERROR; warnings may occur."""
    advanced = draw(st.booleans())
    config: Document = draw(_config) | draw(_options_of_config)
    document: Document = {"JobName": draw(_names), "RoleArn": DEFAULT["RoleArn"], "InputConfig": config}
    if advanced:
        config |= draw(_advanced_config)
        document |= draw(_advanced_options)
    document |= draw(_options)
    return {"JobType": "Advanced" if advanced else "Default"} | document
