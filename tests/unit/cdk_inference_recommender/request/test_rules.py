"""Every rule beyond the service model: a request that breaks it, and one just inside its bound."""

from __future__ import annotations

import re
from typing import NamedTuple

import botocore.model
import pytest

from cdk_inference_recommender.request import (
    RULES,
    UNRESOLVED,
    Path,
    Rule,
    Severity,
    Shape,
    api_path,
    check_request,
    request_shape,
)
from cdk_inference_recommender.request.shape_rules import shape_problems

from .request_documents import ADVANCED, DEFAULT, MODEL_NAME, STAIRS, Document, with_value, without

ERROR, WARNING = Severity.ERROR, Severity.WARNING
INPUT = "InputConfig"
CONTAINER = (INPUT, "ContainerConfig")
PAYLOAD = (*CONTAINER, "PayloadConfig")
TRAFFIC = (INPUT, "TrafficPattern")
PHASES = (*TRAFFIC, "Phases")
CONFIGURATIONS = (INPUT, "EndpointConfigurations")
LIMIT = (INPUT, "ResourceLimit")
STOPPING = ("StoppingConditions",)
LATENCY = (*STOPPING, "ModelLatencyThresholds", 0)
SERVERLESS = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
ENVIRONMENT = {"CategoricalParameterRanges": [{"Name": name, "Value": ["1", "2", "3"]} for name in ("A", "B")]}
NINE_TESTS = [{"InstanceType": "ml.c5.xlarge", "EnvironmentParameterRanges": ENVIRONMENT}]

ON_STAIRS = with_value(ADVANCED, TRAFFIC, STAIRS)


class Case(NamedTuple):
    """A request, then how the rule judges it."""

    rule: str
    severity: Severity
    path: Path
    broken: Document
    sound: Document


def case(rule: str, severity: Severity, path: Path, broken: object, sound: object, of: Document) -> Case:  # noqa: PLR0917 a row of a table
    """One member decides: `broken` breaks the rule there, `sound` doesn't."""
    return Case(rule, severity, path, with_value(of, path, broken), with_value(of, path, sound))


CASES = [
    Case(
        "ModelSourceExclusive", ERROR, (INPUT, "ModelName"), with_value(DEFAULT, (INPUT, "ModelName"), "bert"), DEFAULT
    ),
    Case("ModelSourceRequired", ERROR, (INPUT,), without(DEFAULT, (INPUT, "ModelPackageVersionArn")), DEFAULT),
    Case(
        "ModelSourceRequired",
        ERROR,
        (INPUT,),
        with_value(DEFAULT, (INPUT,), {"Endpoints": [{"EndpointName": "live"}]}),
        with_value(DEFAULT, (INPUT, "Endpoints"), [{"EndpointName": "live"}]),
    ),
    Case("ModelNameNeedsContainerConfig", ERROR, CONTAINER, without(MODEL_NAME, CONTAINER), MODEL_NAME),
    *(
        Case(
            "ModelNameNeedsContainerConfig",
            ERROR,
            (*CONTAINER, name),
            without(MODEL_NAME, (*CONTAINER, name)),
            MODEL_NAME,
        )
        for name in ("Domain", "Task", "PayloadConfig")
    ),
    Case("ModelNameNeedsContainerConfig", ERROR, CONTAINER, with_value(MODEL_NAME, CONTAINER, {}), MODEL_NAME),
    *(
        Case(
            "ModelNameNeedsFramework",
            WARNING,
            (*CONTAINER, name),
            without(MODEL_NAME, (*CONTAINER, name)),
            MODEL_NAME,
        )
        for name in ("Framework", "FrameworkVersion")
    ),
    Case(
        "ModelNameNeedsFramework",
        WARNING,
        (*CONTAINER, "Framework"),
        without(without(MODEL_NAME, (*CONTAINER, "Framework")), (*CONTAINER, "FrameworkVersion")),
        MODEL_NAME,
    ),
    case(
        "ModelPackageGroup",
        ERROR,
        (INPUT, "ModelPackageVersionArn"),
        "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/bert",
        "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/12",
        DEFAULT,
    ),
    case(
        "ModelPackageVersioned",
        WARNING,
        (INPUT, "ModelPackageVersionArn"),
        "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert",
        "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/12",
        DEFAULT,
    ),
    *(
        Case("DefaultJobWithoutLoadTest", ERROR, path, with_value(DEFAULT, path, value), ADVANCED)
        for path, value in (
            (TRAFFIC, STAIRS),
            (CONFIGURATIONS, [{"InstanceType": "ml.c5.xlarge"}]),
            (LIMIT, {"MaxNumberOfTests": 1}),
            (STOPPING, {"MaxInvocations": 1}),
        )
    ),
    Case(
        "DefaultJobDuration",
        WARNING,
        (INPUT, "JobDurationInSeconds"),
        with_value(DEFAULT, (INPUT, "JobDurationInSeconds"), 7200),
        ADVANCED,
    ),
    Case("AdvancedJobNeedsTrafficPattern", ERROR, TRAFFIC, without(ADVANCED, TRAFFIC), ADVANCED),
    Case("AdvancedJobNeedsTrafficPattern", ERROR, TRAFFIC, with_value(ADVANCED, TRAFFIC, {}), DEFAULT),
    Case("AdvancedJobNeedsEndpointConfigurations", ERROR, CONFIGURATIONS, without(ADVANCED, CONFIGURATIONS), ADVANCED),
    Case("AdvancedJobNeedsStoppingConditions", WARNING, STOPPING, without(ADVANCED, STOPPING), ADVANCED),
    Case("AdvancedJobNeedsLimits", WARNING, LIMIT, without(ADVANCED, LIMIT), ADVANCED),
    Case(
        "AdvancedJobNeedsLimits",
        WARNING,
        (INPUT, "JobDurationInSeconds"),
        without(ADVANCED, (INPUT, "JobDurationInSeconds")),
        DEFAULT,
    ),
    Case(
        "ExistingEndpointUnderLoad",
        WARNING,
        (INPUT, "Endpoints", 0, "EndpointName"),
        with_value(ADVANCED, (INPUT, "Endpoints"), [{"EndpointName": "live"}]),
        with_value(ADVANCED, (INPUT, "Endpoints"), []),
    ),
    Case(
        "TrafficTypeMatchesPattern",
        ERROR,
        (*TRAFFIC, "Stairs"),
        with_value(ADVANCED, (*TRAFFIC, "Stairs"), STAIRS["Stairs"]),
        ADVANCED,
    ),
    Case("TrafficTypeMatchesPattern", ERROR, PHASES, without(ADVANCED, PHASES), ADVANCED),
    Case(
        "TrafficTypeMatchesPattern",
        ERROR,
        PHASES,
        with_value(ON_STAIRS, PHASES, ADVANCED[INPUT]["TrafficPattern"]["Phases"]),
        ON_STAIRS,
    ),
    Case("TrafficTypeMatchesPattern", ERROR, (*TRAFFIC, "Stairs"), without(ON_STAIRS, (*TRAFFIC, "Stairs")), ON_STAIRS),
    Case(
        "TrafficTypeMatchesPattern",
        ERROR,
        TRAFFIC,
        with_value(ADVANCED, TRAFFIC, {"Phases": [], "Stairs": STAIRS["Stairs"]}),
        ADVANCED,
    ),
    Case(
        "TrafficTypeGiven",
        WARNING,
        (*TRAFFIC, "TrafficType"),
        without(ADVANCED, (*TRAFFIC, "TrafficType")),
        with_value(ADVANCED, (*TRAFFIC, "TrafficType"), UNRESOLVED),
    ),
    case("FirstPhaseUsers", ERROR, (*PHASES, 0, "InitialNumberOfUsers"), 4, 3, ADVANCED),
    # The first phase ends with 1 + 1 x 2 minutes = 3 users.
    case("PhaseContinuity", WARNING, (*PHASES, 1, "InitialNumberOfUsers"), 7, 6, ADVANCED),
    case("PhaseContinuity", WARNING, (*PHASES, 1, "InitialNumberOfUsers"), 7, UNRESOLVED, ADVANCED),
    # With 3 new users a minute it ends with 7.
    case(
        "PhaseContinuity",
        WARNING,
        (*PHASES, 1, "InitialNumberOfUsers"),
        3,
        4,
        with_value(ADVANCED, (*PHASES, 0, "SpawnRate"), 3),
    ),
    case("SpawnRateMaximum", WARNING, (*PHASES, 1, "SpawnRate"), 4, 3, ADVANCED),
    case("PhaseDuration", ERROR, (*PHASES, 1, "DurationInSeconds"), 119, 120, ADVANCED),
    case("PhaseDuration", ERROR, (*PHASES, 1, "DurationInSeconds"), 3601, 3600, ADVANCED),
    case("StairsDuration", ERROR, (*TRAFFIC, "Stairs", "DurationInSeconds"), 119, 120, ON_STAIRS),
    case("StairsDuration", ERROR, (*TRAFFIC, "Stairs", "DurationInSeconds"), 3601, 3600, ON_STAIRS),
    case("StairsStepLength", WARNING, (*TRAFFIC, "Stairs", "NumberOfSteps"), 7, 6, ON_STAIRS),
    Case(
        "TrafficWithinJobDuration",
        ERROR,
        PHASES,
        with_value(ADVANCED, (INPUT, "JobDurationInSeconds"), 239),
        with_value(ADVANCED, (INPUT, "JobDurationInSeconds"), 240),
    ),
    Case(
        "TrafficWithinJobDuration",
        ERROR,
        (*TRAFFIC, "Stairs", "DurationInSeconds"),
        with_value(ON_STAIRS, (INPUT, "JobDurationInSeconds"), 599),
        with_value(ON_STAIRS, (INPUT, "JobDurationInSeconds"), 600),
    ),
    case("JobDurationMaximum", ERROR, (INPUT, "JobDurationInSeconds"), 18_001, 18_000, ADVANCED),
    case(
        "InstanceTypeOrServerlessConfig",
        ERROR,
        (*CONFIGURATIONS, 1),
        {"InstanceType": "ml.c5.xlarge", **SERVERLESS},
        SERVERLESS,
        ADVANCED,
    ),
    case("InstanceTypeOrServerlessConfig", ERROR, (*CONFIGURATIONS, 1), {}, SERVERLESS, ADVANCED),
    case(
        "MixedEndpointTypes",
        WARNING,
        CONFIGURATIONS,
        [{"InstanceType": "ml.c5.xlarge"}, SERVERLESS],
        [SERVERLESS, SERVERLESS],
        ADVANCED,
    ),
    case("InstanceTypeFormat", ERROR, (*CONFIGURATIONS, 0, "InstanceType"), "c5.xlarge", "ml.c5.xlarge", ADVANCED),
    case("InstanceTypeFormat", ERROR, (*CONFIGURATIONS, 0, "InstanceType"), "ml.c5", "ml.zz9-x.7xlarge", ADVANCED),
    case(
        "InstanceTypeFormat", ERROR, (*CONTAINER, "SupportedInstanceTypes"), ["m5.large"], ["ml.m5.large"], DEFAULT
    )._replace(path=(*CONTAINER, "SupportedInstanceTypes", 0)),
    case(
        "InstanceTypeUnknown", WARNING, (*CONFIGURATIONS, 0, "InstanceType"), "ml.zz9.xlarge", "ml.c5.xlarge", ADVANCED
    ),
    case(
        "InstanceTypeUnknown",
        WARNING,
        (*CONTAINER, "SupportedInstanceTypes"),
        ["ml.zz9.large"],
        ["ml.m5.large"],
        DEFAULT,
    )._replace(path=(*CONTAINER, "SupportedInstanceTypes", 0)),
    case("BurstableInstanceType", ERROR, (*CONFIGURATIONS, 0, "InstanceType"), "ml.t2.medium", "ml.m5.large", ADVANCED),
    case(
        "BurstableSupportedInstanceType",
        WARNING,
        (*CONTAINER, "SupportedInstanceTypes"),
        ["ml.t2.medium"],
        ["ml.m5.large"],
        DEFAULT,
    )._replace(path=(*CONTAINER, "SupportedInstanceTypes", 0)),
    case(
        "ServerlessMemorySize",
        ERROR,
        (*CONFIGURATIONS, 0, "ServerlessConfig", "MemorySizeInMB"),
        2047,
        1024,
        with_value(ADVANCED, CONFIGURATIONS, [SERVERLESS]),
    ),
    Case(
        "ProvisionedConcurrencyUnsupported",
        ERROR,
        (*CONFIGURATIONS, 0, "ServerlessConfig", "ProvisionedConcurrency"),
        with_value(
            ADVANCED,
            CONFIGURATIONS,
            [{"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 5, "ProvisionedConcurrency": 1}}],
        ),
        with_value(ADVANCED, CONFIGURATIONS, [SERVERLESS]),
    ),
    case(
        "TestsWithinLimit",
        WARNING,
        (*LIMIT, "MaxNumberOfTests"),
        8,
        9,
        with_value(ADVANCED, CONFIGURATIONS, NINE_TESTS),
    ),
    case("TestsWithinLimit", WARNING, (*LIMIT, "MaxNumberOfTests"), 1, 2, ADVANCED),
    case("ResourceLimitMaximum", WARNING, (*LIMIT, "MaxNumberOfTests"), 11, 10, ADVANCED),
    case("ResourceLimitMaximum", WARNING, (*LIMIT, "MaxParallelOfTests"), 11, 10, ADVANCED),
    case("ParallelTestsWithinTests", WARNING, (*LIMIT, "MaxParallelOfTests"), 11, 10, ADVANCED),
    Case(
        "InferenceSpecificationNeedsModelPackage",
        WARNING,
        (*CONFIGURATIONS, 0, "InferenceSpecificationName"),
        with_value(
            with_value(without(ADVANCED, (INPUT, "ModelPackageVersionArn")), (INPUT, "ModelName"), "bert"),
            (*CONFIGURATIONS, 0, "InferenceSpecificationName"),
            "fast",
        ),
        with_value(ADVANCED, (*CONFIGURATIONS, 0, "InferenceSpecificationName"), "fast"),
    ),
    case("MaxInvocationsRange", ERROR, (*STOPPING, "MaxInvocations"), 0, 1, ADVANCED),
    case("MaxInvocationsRange", ERROR, (*STOPPING, "MaxInvocations"), 30_001, 30_000, ADVANCED),
    case("LatencyPercentile", ERROR, (*LATENCY, "Percentile"), "P50", "P95", ADVANCED),
    case("LatencyPercentile", ERROR, (*LATENCY, "Percentile"), "p99", "P99", ADVANCED),
    case("LatencyThresholdMinimum", ERROR, (*LATENCY, "ValueInMilliseconds"), 0, 1, ADVANCED),
    *(
        case("SamplePayloadArchive", ERROR, (*PAYLOAD, "SamplePayloadUrl"), url, "s3://b/k.tar.gz", MODEL_NAME)
        for url in ("s3://b/payload.zip", "s3://b/folder/", "s3://b.tar.gz", "s3://b/folder/.tar.gz")
    ),
    case("DomainDocumented", WARNING, (*CONTAINER, "Domain"), "AUDIO", "OTHER", MODEL_NAME),
    case("TaskDocumented", WARNING, (*CONTAINER, "Task"), "SUMMARIZATION", "OTHER", MODEL_NAME),
    case("FrameworkDocumented", WARNING, (*CONTAINER, "Framework"), "JAX", "OTHER", MODEL_NAME),
    case("NearestModelNameDocumented", WARNING, (*CONTAINER, "NearestModelName"), "gpt2", "resnet50", MODEL_NAME),
    case("ModelNameNeedsContentTypes", ERROR, (*PAYLOAD, "SupportedContentTypes"), [], ["text/csv"], MODEL_NAME),
    Case(
        "ModelNameNeedsContentTypes",
        ERROR,
        (*PAYLOAD, "SupportedContentTypes"),
        without(MODEL_NAME, (*PAYLOAD, "SupportedContentTypes")),
        with_value(DEFAULT, PAYLOAD, {"SupportedContentTypes": []}),
    ),
    case("JobNameLength", WARNING, ("JobName",), "n" * 41, "n" * 40, DEFAULT),
    Case(
        "TagKeysUnique",
        ERROR,
        ("Tags", 1, "Key"),
        with_value(DEFAULT, ("Tags",), [{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}]),
        with_value(DEFAULT, ("Tags",), [{"Key": "team", "Value": "a"}, {"Key": "Team", "Value": "a"}]),
    ),
    Case(
        "TagKeyReserved",
        ERROR,
        ("Tags", 0, "Key"),
        with_value(DEFAULT, ("Tags",), [{"Key": "AWS:team", "Value": "a"}]),
        with_value(DEFAULT, ("Tags",), [{"Key": "awsteam", "Value": "a"}]),
    ),
    *(
        case("KmsKeyForm", ERROR, path, broken, sound, of=DEFAULT)
        for path in ((INPUT, "VolumeKmsKeyId"), ("OutputConfig", "KmsKeyId"))
        for broken, sound in (
            ("arn:aws:s3:::bucket/key", "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"),
            ("arn:aws:kms:eu-west-1:123456789012:grant/1234", "arn:aws-cn:kms:cn-north-1:123456789012:alias/a/b"),
            ("key/1234", "alias/a/b"),
            ("arn:aws:kms:eu-west-1::key/1234", "1234abcd-12ab-34cd-56ef-1234567890ab"),
        )
    ),
]


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: f"{rule.rule}-{api_path(rule.path)}")
class TestEveryRule:
    """Each case of the table."""

    def test_reports_the_request_that_breaks_it(self, rule: Case) -> None:
        found = [problem for problem in check_request(rule.broken) if problem.rule == rule.rule]
        assert [(problem.path, problem.severity) for problem in found] == [(rule.path, rule.severity)]

    def test_reports_it_with_its_source(self, rule: Case) -> None:
        (source,) = {each.source for each in RULES if each.id == rule.rule}
        assert {problem.source for problem in check_request(rule.broken) if problem.rule == rule.rule} == {source}

    def test_lets_the_request_just_inside_its_bound_pass(self, rule: Case) -> None:
        assert rule.rule not in {problem.rule for problem in check_request(rule.sound)}


SPELLED = re.compile(r"`[\w.\[\]]+`")
CAMEL_CASE = re.compile(r"[A-Z][a-z]+[A-Z]\w+")
DOCUMENTS_ONLY = {"InstanceTypeOrServerlessConfig"}
"""What can't be written with props may name members of the API as they are."""


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: f"{rule.rule}-{api_path(rule.path)}")
def test_fields_of_the_api_are_marked_so_that_they_can_be_spelled_as_props(rule: Case) -> None:
    for problem in check_request(rule.broken):
        if problem.rule == rule.rule and problem.rule not in DOCUMENTS_ONLY:
            assert CAMEL_CASE.findall(SPELLED.sub("", f"{problem.message} {problem.remedy}")) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_fields_are_the_models(rule: Rule) -> None:
    marked = [field[1:-1] for field in SPELLED.findall(f"{rule.text} {rule.remedy}")]
    for field in (*rule.fields, *marked):
        shape: Shape | None = request_shape()
        for name in field.split("."):
            assert shape is not None
            shape = shape.members[name.removesuffix("[]")]
            shape = shape.member if name.endswith("[]") else shape


def test_every_rule_has_a_case() -> None:
    assert {rule.id for rule in RULES} == {case.rule for case in CASES}


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_wants_what_to_do_and_where_it_comes_from(rule: object) -> None:
    for text in ("text", "remedy", "source", "fields"):
        assert getattr(rule, text)


@pytest.mark.parametrize(
    "document", [DEFAULT, MODEL_NAME, ADVANCED, ON_STAIRS], ids=["default", "name", "phases", "stairs"]
)
def test_sound_requests_have_no_problem_at_all(document: Document) -> None:
    assert check_request(document) == []


class TestUnresolvedModelName:
    """A model's name is mostly a token; that a name was chosen is known all the same."""

    def test_without_a_package_needs_a_container(self) -> None:
        document = with_value(DEFAULT, (INPUT,), {"ModelName": UNRESOLVED})
        assert [problem.rule for problem in check_request(document)] == ["ModelNameNeedsContainerConfig"]

    def test_beside_a_package_may_come_to_nothing(self) -> None:
        assert check_request(with_value(DEFAULT, (INPUT, "ModelName"), UNRESOLVED)) == []


def test_an_unknown_instance_type_isnt_likened_to_one_that_is_refused() -> None:
    (problem,) = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), "ml.t3.medium"))
    assert problem.rule == "InstanceTypeUnknown"
    assert "ml.t2" not in problem.message


def test_one_omission_is_one_problem() -> None:
    """An empty container configuration lacks one thing, and a framework without a name has no version."""
    empty = check_request(with_value(MODEL_NAME, CONTAINER, {}))
    unframed = check_request(without(without(MODEL_NAME, (*CONTAINER, "Framework")), (*CONTAINER, "FrameworkVersion")))
    assert [problem.path for problem in empty] == [CONTAINER]
    assert [problem.path for problem in unframed] == [(*CONTAINER, "Framework")]


def test_a_group_is_reported_once_and_its_versions_are_named() -> None:
    group = "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/bert"
    (problem,) = check_request(with_value(DEFAULT, (INPUT, "ModelPackageVersionArn"), group))
    assert problem.remedy.endswith("arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("m5.large", "ml.m5.large"),
        ("ML.M5.Large", "ml.m5.large"),
        ("ml_m5_large", "ml.m5.large"),
        ("ml.m5.large ", "ml.m5.large"),
        ("c5.2xl", "ml.c5.2xlarge"),
        ("ml.m5large", "ml.m5.large"),
    ],
)
def test_a_malformed_instance_type_keeps_its_family(written: str, meant: str) -> None:
    (problem,) = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), written))
    assert (problem.rule, problem.remedy) == ("InstanceTypeFormat", f"Did you mean {meant}?")


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("ml.m5.10xlarge", "ml.m5.12xlarge"),
        ("ml.p5.2xlarge", "ml.p5.4xlarge"),
        ("ml.p6-b300.16xlarge", "ml.p6-b300.48xlarge"),
    ],
)
def test_the_nearest_of_an_unknown_instance_type_is_of_its_family(written: str, nearest: str) -> None:
    (problem,) = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), written))
    assert problem.rule == "InstanceTypeUnknown"
    assert f"the nearest that it lists is {nearest}" in problem.message


@pytest.mark.parametrize(
    "written", ["p6-b200.48xlarge", "ML.P6-B200.48XLARGE", "ml_p6_b200_48xlarge", "ml.p6.b200.48xlarge "]
)
def test_a_family_with_a_hyphen_is_recognised_however_it_is_written(written: str) -> None:
    problems = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), written))
    assert [problem.remedy for problem in problems] == ["Did you mean ml.p6-b200.48xlarge?"]


@pytest.mark.parametrize("written", ["large", "t2.medium", ""])
def test_an_instance_type_that_resembles_none_that_is_allowed_gets_no_suggestion(written: str) -> None:
    problems = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), written))
    assert [problem.remedy for problem in problems] == ["Write it like ml.c5.xlarge"]


def test_limits_that_are_both_missing_are_one_warning() -> None:
    unlimited = without(without(ADVANCED, LIMIT), (INPUT, "JobDurationInSeconds"))
    (problem,) = [each for each in check_request(unlimited) if each.rule == "AdvancedJobNeedsLimits"]
    assert problem.path == LIMIT
    assert "JobDurationInSeconds` is missing, too" in problem.message


@pytest.mark.parametrize(
    ("given", "remedy"),
    [(("Phases",), "Add PHASES"), (("Stairs",), "Add STAIRS"), (("Phases", "Stairs"), "Add PHASES or STAIRS")],
)
def test_the_remedy_for_a_missing_traffic_type_names_the_type_only_where_it_is_certain(
    given: tuple[str, ...], remedy: str
) -> None:
    members = {**ADVANCED[INPUT]["TrafficPattern"], **STAIRS}
    untyped = with_value(ADVANCED, TRAFFIC, {name: members[name] for name in given})
    remedies = [each.remedy for each in check_request(untyped) if each.rule == "TrafficTypeGiven"]
    assert remedies == [remedy]


def test_an_existing_endpoint_without_its_name_is_warned_of_without_a_value() -> None:
    unnamed = with_value(ADVANCED, (INPUT, "Endpoints"), [{}])
    (problem,) = [each for each in check_request(unnamed) if each.rule == "ExistingEndpointUnderLoad"]
    assert problem.value is None


def test_all_of_a_load_test_in_a_default_job_is_one_problem_that_names_each_part() -> None:
    advanced = {"TrafficPattern", "EndpointConfigurations", "ResourceLimit"}
    document = {**DEFAULT, INPUT: {**DEFAULT[INPUT], **{name: ADVANCED[INPUT][name] for name in advanced}}}
    (problem,) = [each for each in check_request(document) if each.rule == "DefaultJobWithoutLoadTest"]
    assert problem.path == TRAFFIC
    assert "`InputConfig.EndpointConfigurations`, `InputConfig.ResourceLimit` given, too" in problem.message
    assert problem.remedy == "Remove them, or make the job Advanced"


def test_an_instance_type_without_a_near_one_is_called_unknown_and_no_more() -> None:
    (problem,) = check_request(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), "ml.zzzzzzzzzz.zzzzzzzzzz"))
    assert problem.rule == "InstanceTypeUnknown"
    assert "nearest" not in problem.message


def test_an_unknown_member_is_reported_with_its_value() -> None:
    (problem,) = check_request(with_value(ADVANCED, ("Colour",), "blue"))
    assert (problem.rule, problem.value) == ("UnknownMember", "blue")


@pytest.mark.parametrize(("value", "rules"), [(1, []), (1.5, []), (True, ["MemberType"]), ("1", ["MemberType"])])
def test_an_integer_is_a_number_too(value: object, rules: list[str]) -> None:
    problems = shape_problems(value, botocore.model.Shape("VariantWeight", {"type": "float"}))
    assert [problem.rule for problem in problems] == rules
