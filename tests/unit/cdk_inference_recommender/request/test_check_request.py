"""Checking a request: everything at once, in the same order, at the right place."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cdk_inference_recommender.request import UNRESOLVED, Path, Problem, Severity, api_path, check_request
from cdk_inference_recommender.request.placeholder import placeholder

from .request_documents import ADVANCED, DEFAULT, MODEL_NAME, Document, with_value, without

JOB_DURATION = ("InputConfig", "JobDurationInSeconds")
CONFIGURATIONS = ("InputConfig", "EndpointConfigurations")
SECURITY_GROUPS = ("InputConfig", "VpcConfig", "SecurityGroupIds")
IN_VPC = with_value(DEFAULT, ("InputConfig", "VpcConfig"), {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]})
BROKEN: Document = {
    "Zzz": 1,
    "JobName": "a b",
    "JobType": "Default",
    "InputConfig": {"JobDurationInSeconds": 20_000, "TrafficPattern": {"TrafficType": "STAIRS"}},
    "Tags": [{"Key": "aws:x", "Value": 1}],
}
"""Wrong in ten ways."""


def found(document: Document, *, complete: bool = True) -> list[tuple[str, str]]:
    return [(problem.rule, api_path(problem.path)) for problem in check_request(document, complete=complete)]


def only(document: Document) -> Problem:
    (problem,) = check_request(document)
    return problem


class TestServiceModel:
    """What botocore's model says, and botocore mostly doesn't enforce."""

    @pytest.mark.parametrize(
        ("rule", "path", "broken", "sound"),
        [
            ("MaximumItems", SECURITY_GROUPS, ["sg-1"] * 6, ["sg-1"] * 5),
            ("MinimumItems", SECURITY_GROUPS, [], ["sg-1"]),
            ("MaximumLength", ("JobDescription",), "x" * 129, "x" * 128),
            ("Pattern", ("InputConfig", "VolumeKmsKeyId"), "key!", "key"),
            ("AllowedValues", ("InputConfig", "ContainerConfig", "SupportedEndpointType"), "realtime", "RealTime"),
            ("MemberType", ("JobDescription",), 5, "5"),
            ("MemberType", ("JobDescription",), None, ""),
            ("MemberType", ("Tags",), {}, []),
            ("MemberType", ("OutputConfig",), [], {}),
        ],
    )
    def test_bounds_a_default_job(self, rule: str, path: Path, broken: object, sound: object) -> None:
        problem = only(with_value(IN_VPC, path, broken))
        assert (problem.rule, problem.path, problem.value, problem.severity) == (rule, path, broken, Severity.ERROR)
        assert check_request(with_value(IN_VPC, path, sound)) == []

    @pytest.mark.parametrize(
        ("rule", "path", "broken", "sound"),
        [
            ("MinimumValue", (*JOB_DURATION[:1], "ResourceLimit", "MaxParallelOfTests"), 0, 1),
            ("MemberType", JOB_DURATION, "7200", 7200),
            ("MemberType", JOB_DURATION, True, 7200),
            ("MemberType", JOB_DURATION, 7200.0, 7200),
        ],
    )
    def test_bounds_an_advanced_job(self, rule: str, path: Path, broken: object, sound: object) -> None:
        problem = only(with_value(ADVANCED, path, broken))
        assert (problem.rule, problem.path, problem.value, problem.severity) == (rule, path, broken, Severity.ERROR)
        assert check_request(with_value(ADVANCED, path, sound)) == []

    def test_allows_1_to_3_users_per_step(self) -> None:
        stairs = {"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 5, "UsersPerStep": 4}}
        assert only(with_value(ADVANCED, ("InputConfig", "TrafficPattern"), stairs)).rule == "MaximumValue"

    def test_allows_10_configurations(self) -> None:
        document = with_value(ADVANCED, CONFIGURATIONS, [{"InstanceType": "ml.c5.xlarge"}] * 11)
        assert ("MaximumItems", "InputConfig.EndpointConfigurations") in found(document)

    def test_covers_the_whole_value_with_the_pattern(self) -> None:
        assert only(with_value(DEFAULT, ("JobName",), "bert\n")).rule == "Pattern"

    def test_names_what_is_missing(self) -> None:
        assert found(without(DEFAULT, ("JobType",))) == [("RequiredMember", "JobType")]

    def test_misses_no_model_where_the_whole_input_is_missing(self) -> None:
        assert found(without(DEFAULT, ("InputConfig",))) == [("RequiredMember", "InputConfig")]

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("JobNme", "JobName"),
            ("jobName", "JobName"),
            ("JOBTYPE", "JobType"),
            ("StopingConditions", "StoppingConditions"),
        ],
    )
    def test_guesses_what_an_unknown_member_should_be(self, name: str, near: str) -> None:
        problem = only(with_value(DEFAULT, (name,), "x"))
        assert (problem.rule, problem.path) == ("UnknownMember", (name,))
        assert problem.remedy == f"Did you mean {near}?"

    def test_lists_the_members_where_nothing_is_near(self) -> None:
        assert only(with_value(DEFAULT, ("Zzz",), "x")).remedy.startswith("Choose one of JobName, JobType")

    def test_accepts_an_instance_type_newer_than_botocore(self) -> None:
        problem = only(with_value(ADVANCED, (*CONFIGURATIONS, 0, "InstanceType"), "ml.m99.large"))
        assert (problem.rule, problem.severity) == ("InstanceTypeUnknown", Severity.WARNING)


class TestAllAtOnce:
    """A user fixes everything in one go."""

    def test_reports_the_models_problems_in_its_order_then_the_rules(self) -> None:
        assert found(BROKEN) == [
            ("Pattern", "JobName"),
            ("RequiredMember", "RoleArn"),
            ("MemberType", "Tags[0].Value"),
            ("UnknownMember", "Zzz"),
            ("ModelSourceRequired", "InputConfig"),
            ("DefaultJobWithoutLoadTest", "InputConfig.TrafficPattern"),
            ("DefaultJobDuration", "InputConfig.JobDurationInSeconds"),
            ("TrafficTypeMatchesPattern", "InputConfig.TrafficPattern.Stairs"),
            ("JobDurationMaximum", "InputConfig.JobDurationInSeconds"),
            ("TagKeyReserved", "Tags[0].Key"),
        ]

    def test_does_so_whatever_order_the_document_has(self) -> None:
        assert found(dict(reversed(BROKEN.items()))) == found(BROKEN)


class TestMalformed:
    """What the model refuses isn't refused a second time for what it would mean."""

    def test_null_is_no_load_test(self) -> None:
        document = with_value(DEFAULT, ("InputConfig", "TrafficPattern"), None)
        assert found(document) == [("MemberType", "InputConfig.TrafficPattern")]

    def test_text_for_a_structure_lacks_no_members(self) -> None:
        document = with_value(MODEL_NAME, ("InputConfig", "ContainerConfig"), "pytorch")
        assert found(document) == [("MemberType", "InputConfig.ContainerConfig")]


class TestOneProblemAValue:
    """Only the most helpful problem of a value is reported."""

    def test_a_range_replaces_the_models_minimum(self) -> None:
        phase = (*CONFIGURATIONS[:1], "TrafficPattern", "Phases", 0, "DurationInSeconds")
        assert found(with_value(ADVANCED, phase, 0)) == [("PhaseDuration", api_path(phase))]

    def test_the_models_minimum_stands_where_no_range_is_known(self) -> None:
        steps = {"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 0}}
        document = with_value(ADVANCED, ("InputConfig", "TrafficPattern"), steps)
        assert found(document) == [("MinimumValue", "InputConfig.TrafficPattern.Stairs.NumberOfSteps")]

    def test_the_archive_rule_replaces_the_models_pattern(self) -> None:
        payload = ("InputConfig", "ContainerConfig", "PayloadConfig", "SamplePayloadUrl")
        assert found(with_value(MODEL_NAME, payload, "payload.zip")) == [("SamplePayloadArchive", api_path(payload))]

    def test_nothing_is_warned_of_where_the_value_is_refused(self) -> None:
        assert found(with_value(DEFAULT, ("JobName",), "n" * 65)) == [("MaximumLength", "JobName")]
        package = ("InputConfig", "ModelPackageVersionArn")
        assert found(with_value(DEFAULT, package, "bert")) == [("Pattern", api_path(package))]

    def test_what_is_only_too_long_breaks_no_pattern(self) -> None:
        endpoints = ("InputConfig", "Endpoints")
        document = with_value(DEFAULT, endpoints, [{"EndpointName": "n" * 64}])
        assert found(document) == [("MaximumLength", "InputConfig.Endpoints[0].EndpointName")]

    def test_what_is_too_long_and_has_other_characters_is_reported_both(self) -> None:
        assert found(with_value(DEFAULT, ("JobName",), "n_" * 65)) == [
            ("MaximumLength", "JobName"),
            ("Pattern", "JobName"),
        ]

    def test_what_is_empty_is_reported_its_length_alone(self) -> None:
        assert found(with_value(DEFAULT, ("JobName",), "")) == [("MinimumLength", "JobName")]

    def test_what_is_too_short_for_an_arn_is_reported_how_one_looks(self) -> None:
        assert found(with_value(DEFAULT, ("RoleArn",), "recommender")) == [("Pattern", "RoleArn")]

    def test_another_services_arn_is_reported_as_that_whatever_its_characters(self) -> None:
        problem = only(with_value(DEFAULT, ("InputConfig", "VolumeKmsKeyId"), "arn:aws:s3:::my.bucket"))
        assert problem.rule == "KmsKeyForm"
        assert problem.message.endswith(", of the service kms: this ARN is of s3")

    def test_a_percentile_is_one_of_two_whatever_its_length(self) -> None:
        percentile = ("StoppingConditions", "ModelLatencyThresholds", 0, "Percentile")
        assert found(with_value(ADVANCED, percentile, "P" * 65)) == [("LatencyPercentile", api_path(percentile))]

    def test_what_is_to_be_removed_has_no_bounds(self) -> None:
        serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 1, "ProvisionedConcurrency": 0}
        document = with_value(ADVANCED, CONFIGURATIONS, [{"ServerlessConfig": serverless}])
        place = "InputConfig.EndpointConfigurations[0].ServerlessConfig.ProvisionedConcurrency"
        assert found(document) == [("ProvisionedConcurrencyUnsupported", place)]


class TestPlaceholders:
    """What is left to fill in of a skeleton is reported."""

    PACKAGE = ("InputConfig", "ModelPackageVersionArn")

    def test_a_placeholder_is_reported_and_judged_by_nothing_else(self) -> None:
        problem = only(with_value(DEFAULT, self.PACKAGE, placeholder("the package's ARN")))
        assert str(problem) == (
            "InputConfig.ModelPackageVersionArn: a placeholder of the skeleton stands here. "
            "Put in its place the package's ARN."
        )
        assert problem.severity is Severity.ERROR

    def test_it_may_stand_anywhere(self) -> None:
        tags = [{"Key": placeholder("a key"), "Value": "x"}]
        assert found(with_value(DEFAULT, ("Tags",), tags)) == [("Placeholder", "Tags[0].Key")]

    def test_other_texts_in_angle_brackets_are_texts(self) -> None:
        assert found(with_value(DEFAULT, ("JobDescription",), "<beta>")) == []


@pytest.mark.parametrize("document", [[], "text", None, 5])
def test_anything_but_a_structure_is_one_problem(document: object) -> None:
    assert [(problem.rule, problem.path) for problem in check_request(document)] == [("MemberType", ())]


class TestIncompleteRequest:
    """The construct makes name and role itself."""

    @pytest.mark.parametrize("name", ["JobName", "RoleArn"])
    def test_may_lack_name_and_role(self, name: str) -> None:
        assert found(without(DEFAULT, (name,)), complete=False) == []
        assert found(without(DEFAULT, (name,))) == [("RequiredMember", name)]

    def test_may_lack_nothing_else(self) -> None:
        assert found(without(DEFAULT, ("JobType",)), complete=False) == [("RequiredMember", "JobType")]

    def test_is_checked_where_it_says_something(self) -> None:
        assert found(with_value(DEFAULT, ("JobName",), "a b"), complete=False) == [("Pattern", "JobName")]


class TestUnresolved:
    """Tokens are skipped one by one."""

    def test_is_skipped_alone(self) -> None:
        document = with_value(DEFAULT, ("InputConfig", "ContainerConfig"), {"Domain": UNRESOLVED, "Tsk": "OTHER"})
        assert found(document) == [("UnknownMember", "InputConfig.ContainerConfig.Tsk")]

    def test_silences_a_comparison_in_which_it_takes_part(self) -> None:
        document = with_value(ADVANCED, JOB_DURATION, 100)
        assert found(document) == [("TrafficWithinJobDuration", "InputConfig.TrafficPattern.Phases")]
        phase = ("InputConfig", "TrafficPattern", "Phases", 1, "DurationInSeconds")
        assert found(with_value(document, phase, UNRESOLVED)) == []

    def test_silences_the_counting_of_tests(self) -> None:
        document = with_value(ADVANCED, ("InputConfig", "ResourceLimit"), {"MaxNumberOfTests": 1})
        assert found(document) == [("TestsWithinLimit", "InputConfig.ResourceLimit.MaxNumberOfTests")]
        assert found(with_value(document, (*CONFIGURATIONS, 1, "EnvironmentParameterRanges"), UNRESOLVED)) == []
        document = with_value(
            document, CONFIGURATIONS, [*ADVANCED["InputConfig"]["EndpointConfigurations"], UNRESOLVED]
        )
        assert found(document) == []

    def test_leaves_the_other_comparisons_alone(self) -> None:
        document = with_value(ADVANCED, ("InputConfig", "ResourceLimit"), {"MaxNumberOfTests": 1})
        assert found(with_value(document, JOB_DURATION, UNRESOLVED)) == [
            ("TestsWithinLimit", "InputConfig.ResourceLimit.MaxNumberOfTests")
        ]

    def test_may_be_one_of_two_that_exclude_each_other(self) -> None:
        configuration = {"InstanceType": UNRESOLVED, "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}
        assert found(with_value(ADVANCED, CONFIGURATIONS, [configuration])) == []


def test_a_path_reads_as_in_the_api() -> None:
    path = ("InputConfig", "TrafficPattern", "Phases", 1, "DurationInSeconds")
    assert api_path(path) == "InputConfig.TrafficPattern.Phases[1].DurationInSeconds"
    assert api_path(()) == ""


class TestProblemAsText:
    """One line: place, value, rule, remedy."""

    def test_says_it_all(self) -> None:
        document = with_value(ADVANCED, JOB_DURATION, 18_001)
        assert str(only(document)) == (
            "InputConfig.JobDurationInSeconds = 18001: a job lasts at most 18000 s. Use 18000 or less."
        )

    def test_spells_every_field_as_its_reader_does(self) -> None:
        problem = only(with_value(DEFAULT, ("StoppingConditions",), {"MaxInvocations": 1}))
        reported = problem.format(lambda path: "/".join(str(step) for step in path))
        assert reported == (
            "StoppingConditions = {'MaxInvocations': 1}: a Default job takes no InputConfig/TrafficPattern, "
            "InputConfig/EndpointConfigurations, InputConfig/ResourceLimit or StoppingConditions. "
            "Remove it, or make the job Advanced."
        )

    def test_shows_no_value_where_there_is_none(self) -> None:
        assert str(only(without(DEFAULT, ("JobType",)))) == "JobType: is required. Add it."

    def test_ends_a_question_with_its_own_mark(self) -> None:
        assert str(only(with_value(DEFAULT, ("JobNme",), "x"))).endswith("Did you mean JobName?")

    def test_counts_one_in_the_singular(self) -> None:
        document = with_value(IN_VPC, SECURITY_GROUPS, [])
        assert str(only(document)).endswith("must be at least 1 item, not 0. Use 1 item or more.")
        document = with_value(DEFAULT, ("Tags",), [{"Key": "", "Value": ""}])
        assert str(only(document)).endswith("must be at least 1 character, not 0. Use 1 character or more.")

    def test_cuts_long_values(self) -> None:
        assert len(str(only(with_value(DEFAULT, ("JobDescription",), "x" * 5000)))) < 250


def test_needs_neither_the_cdk_nor_botocore() -> None:
    script = (
        "import sys; from cdk_inference_recommender.request import check_request; check_request({});"
        "print([name for name in ('aws_cdk', 'constructs', 'jsii', 'botocore') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == "[]\n"
