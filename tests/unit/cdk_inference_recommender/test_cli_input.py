"""Jobs declared by the document that the AWS CLI takes."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from aws_cdk import CfnParameter, Duration, Environment, Fn, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from cdk_inference_recommender import InferenceRecommendationsJob, ValidationError
from cdk_inference_recommender.command_line.skeleton import SKELETONS

from .dependency_order import before
from .request.request_documents import ADVANCED, DEFAULT, MODEL_NAME, with_value, without
from .synthesis import (
    ACCOUNT,
    JOB,
    POLICY,
    REGION,
    ROLE_ARN,
    Json,
    errors_of,
    given_role,
    images,
    new_stack,
    only,
    payloads,
    request_of,
    resources,
    template_of,
    warnings_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

VPC = {"SecurityGroupIds": ["sg-1", "sg-2"], "Subnets": ["subnet-1", "subnet-2"]}


def declare(stack: Stack, document: Any, **props: Any) -> InferenceRecommendationsJob:
    return InferenceRecommendationsJob.from_cli_input(stack, "Job", document, **props)


def problems(document: Any, **props: Any) -> list[str]:
    """What synthesis complains of, but for the construct's path."""
    stack = new_stack()
    declare(stack, document, **props)
    return [problem.removeprefix("[Stack/Job] ") for problem in errors_of(stack)]


def properties(document: Any, **props: Any) -> Json:
    stack = new_stack()
    declare(stack, document, **props)
    found: Json = only(template_of(stack), JOB)["Properties"]
    return found


class TestDocument:
    """The document is sent as it stands."""

    @pytest.mark.parametrize("document", [DEFAULT, MODEL_NAME, ADVANCED], ids=["default", "name", "load test"])
    def test_is_sent_as_it_stands_but_for_its_name(self, document: Json) -> None:
        assert properties(document)["Request"] == without(document, ("JobName",))

    def test_is_sent_whole_even_where_props_would_drop_something(self) -> None:
        document = with_value(DEFAULT, ("OutputConfig",), {"CompiledOutputConfig": {}})
        assert properties(document)["Request"]["OutputConfig"] == {"CompiledOutputConfig": {}}

    def test_isnt_changed(self) -> None:
        document = with_value(DEFAULT, ("Tags",), [{"Key": "team", "Value": "a"}])
        before = deepcopy(document)
        declare(new_stack(), document)
        assert document == before

    @pytest.mark.parametrize("text", [json.dumps(DEFAULT), yaml.safe_dump(DEFAULT), "job.json", ""])
    def test_that_is_text_is_rejected_whatever_it_means(self, text: str) -> None:
        with pytest.raises(
            ValidationError, match=r"^Stack/Job: document is text without file://\. Give a file as Path"
        ):
            declare(new_stack(), text)

    @pytest.mark.parametrize("spelled", [Path, "file://{}".format], ids=["path", "as the CLI does"])
    def test_may_be_a_file(self, tmp_path: Path, spelled: Any) -> None:
        file = tmp_path / "job.json"
        file.write_text(json.dumps(DEFAULT))
        assert properties(spelled(str(file)))["Request"] == without(DEFAULT, ("JobName",))

    @pytest.mark.parametrize("spelled", ["file://job.json", "file://~/job.json", "file://$JOBS/job.json"])
    def test_may_be_a_file_as_the_aws_cli_expands_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str
    ) -> None:
        (tmp_path / "job.json").write_text(json.dumps(DEFAULT))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("JOBS", str(tmp_path))
        assert properties(spelled)["Request"] == without(DEFAULT, ("JobName",))

    @pytest.mark.parametrize("spelled", [Path, "file://{}".format], ids=["path", "as the CLI does"])
    @pytest.mark.parametrize("suffix", ["yaml", "yml"])
    def test_may_be_a_yaml_file(self, tmp_path: Path, spelled: Any, suffix: str) -> None:
        file = tmp_path / f"job.{suffix}"
        file.write_text(yaml.safe_dump(DEFAULT))
        assert properties(spelled(str(file)))["Request"] == without(DEFAULT, ("JobName",))

    def test_yaml_that_cant_be_read_is_reported_with_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "job.yaml").write_text("JobName: a\nJobName: b\n")
        with pytest.raises(ValidationError, match=r"job.yaml, line 2, column 1: the member JobName stands twice"):
            declare(new_stack(), tmp_path / "job.yaml")

    def test_a_file_that_cant_be_read_is_reported_in_one_line(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationError, match=r"document = '.*nowhere.json' can't be read: No such file.*Give"):
            declare(new_stack(), tmp_path / "nowhere.json")

    def test_a_file_that_isnt_json_is_reported_with_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_text('{\n"JobName"\n}')
        with pytest.raises(ValidationError, match=r"job.json, line 3, column 1: this isn't JSON"):
            declare(new_stack(), tmp_path / "job.json")


class TestName:
    """`JobName` makes the prefix of a generated name, unless a prop says otherwise."""

    def test_becomes_the_prefix(self) -> None:
        found = properties(DEFAULT)
        assert (found["NamePrefix"], "JobName" in found) == ("bert", False)

    def test_may_be_missing(self) -> None:
        assert properties(without(DEFAULT, ("JobName",)))["NamePrefix"].startswith("stack-job")

    @pytest.mark.parametrize(
        ("name", "prefix"),
        [
            ("huggingface-pytorch-basic-recommender-job-2022-10-18-11-50-00", "huggingface-pytorch"),
            ("n" * 24, "n" * 24),
            ("n" * 25, "n" * 24),
            ("twenty-four-characters-x-and-more", "twenty-four-characters-x"),
            ("a-----------------------b", "a"),
        ],
    )
    def test_of_any_length_is_cut_to_whole_words(self, name: str, prefix: str) -> None:
        assert properties(with_value(DEFAULT, ("JobName",), name))["NamePrefix"] == prefix

    def test_that_is_cut_is_a_warning_that_names_the_prefix_and_both_remedies(self) -> None:
        stack = new_stack()
        declare(stack, with_value(DEFAULT, ("JobName",), "huggingface-pytorch-basic-recommender-job-2022"))
        (warning,) = warnings_of(stack)
        assert warning.startswith(
            "JobName = 'huggingface-pytorch-basic-recommender-job-2022': the generated name begins with at most 24 "
            "characters of the document's: the prefix is huggingface-pytorch. Give job_name_prefix for another "
            "prefix, or job_name to use a name as it is. (JobNameShortened; this library)"
        )

    def test_that_is_short_enough_is_no_warning(self) -> None:
        stack = new_stack()
        declare(stack, DEFAULT)
        assert warnings_of(stack) == []

    @pytest.mark.parametrize("name", ["a b", "-a", "n" * 70, ""])
    def test_that_the_service_refuses_is_reported_once(self, name: str) -> None:
        (problem,) = problems(with_value(DEFAULT, ("JobName",), name))
        assert problem.startswith(f"JobName = {name!r}: must ")

    def test_is_overridden_by_a_prefix(self) -> None:
        found = properties(with_value(DEFAULT, ("JobName",), "n" * 70), job_name_prefix="mine")
        assert (found["NamePrefix"], "JobName" in found) == ("mine", False)

    def test_is_overridden_by_a_name(self) -> None:
        found = properties(with_value(DEFAULT, ("JobName",), "-a"), job_name="n" * 40)
        assert (found["JobName"], "NamePrefix" in found) == ("n" * 40, False)

    @pytest.mark.parametrize("prop", ["job_name", "job_name_prefix"])
    def test_that_is_overridden_is_reported_by_the_prop(self, prop: str) -> None:
        (problem,) = problems(DEFAULT, **{prop: "_"})
        assert problem.startswith(f"{prop} = '_': must ")

    def test_that_is_no_text_is_reported(self) -> None:
        (problem,) = problems(with_value(DEFAULT, ("JobName",), 5))
        assert problem.startswith("JobName = 5: must be a string. Write a string, not an integer.")


class TestRole:
    """`RoleArn` is a role that exists."""

    @staticmethod
    def granted(stack: Stack, arn: str) -> list[Json]:
        """Return the policies of a document's role, which is granted a bucket, a repository and an action."""
        named: Json = {"input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
        job = declare(stack, with_value(DEFAULT, ("RoleArn",), arn), **named)
        job.add_to_role_policy(iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"]))
        # Another account's role is an error, too.
        template = template_of(stack, check=False)
        assert only(template, JOB)["Properties"]["Request"]["RoleArn"] == stack.resolve(arn)
        assert not [name for name in resources(template, "AWS::IAM::Role") if name.startswith("Job")]
        found = {
            name: policy["Properties"]
            for name, policy in resources(template, POLICY).items()
            if not name.startswith("InferenceRecommenderProvider")
        }
        (job_name,) = resources(template, JOB)
        assert set(found) <= before(template, job_name)
        return list(found.values())

    @pytest.mark.parametrize("path", ["", "ml/"])
    def test_is_imported_and_granted_what_is_named(self, path: str) -> None:
        (policy,) = self.granted(new_stack(), f"arn:aws:iam::123456789012:role/{path}sagemaker")
        assert policy["Roles"] == ["sagemaker"]
        for part in ("s3:GetObject*", "ecr:BatchGetImage", "s3:ListAllMyBuckets"):
            assert part in json.dumps(policy)

    def test_may_be_another_stack_s_parameter(self) -> None:
        stack = new_stack()
        (policy,) = self.granted(stack, CfnParameter(stack, "Own").value_as_string)
        assert "Own" in json.dumps(policy["Roles"])

    def test_of_the_app_may_have_a_path(self) -> None:
        stack = new_stack()
        role = iam.Role(stack, "Own", path="/ml/", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        (policy,) = self.granted(stack, role.role_arn)
        assert policy["Roles"] == [stack.resolve(role.role_name)]

    @pytest.mark.parametrize(
        "arn", ["arn:aws:iam::210987654321:role/sagemaker", "{{resolve:ssm:/role}}"], ids=["another account", "unknown"]
    )
    def test_that_can_t_be_granted_anything_stays_as_it_is(self, arn: str) -> None:
        assert self.granted(new_stack(env=Environment(account=ACCOUNT, region=REGION)), arn) == []

    def test_may_be_passed_by_the_handler_alone(self) -> None:
        stack = new_stack()
        declare(stack, DEFAULT)
        passed = [
            policy for policy in resources(template_of(stack), POLICY).values() if "PassRole" in json.dumps(policy)
        ]
        assert [DEFAULT["RoleArn"] in json.dumps(policy) for policy in passed] == [True]

    def test_may_be_missing_where_the_default_role_knows_what_to_read(self) -> None:
        stack = new_stack()
        declare(
            stack, without(DEFAULT, ("RoleArn",)), input_buckets=[payloads(stack)], image_repositories=[images(stack)]
        )
        assert set(request_of(stack)["RoleArn"]) == {"Fn::GetAtt"}

    def test_missing_without_anything_to_read_is_warned_of(self) -> None:
        stack = new_stack()
        declare(stack, without(DEFAULT, ("RoleArn",)))
        assert [warning.partition(":")[0] for warning in warnings_of(stack)] == ["input_buckets", "image_repositories"]

    def test_may_be_a_construct_instead(self) -> None:
        stack = new_stack()
        declare(stack, without(DEFAULT, ("RoleArn",)), role=given_role(stack))
        assert request_of(stack)["RoleArn"] == "arn:aws:iam::123456789012:role/recommender"

    @pytest.mark.parametrize("arn", ["role", 5, None])
    def test_that_is_none_is_reported_alone(self, arn: object) -> None:
        assert {problem[:7] for problem in problems(with_value(DEFAULT, ("RoleArn",), arn))} == {"RoleArn"}


class TestTags:
    """The document's tags and those of `Tags.of(...)`."""

    TAGGED = with_value(DEFAULT, ("Tags",), [{"Key": "team", "Value": "a"}])

    def test_are_the_jobs_together_with_those_of_ancestors(self) -> None:
        stack = new_stack()
        Tags.of(stack).add("stage", "test")
        declare(stack, self.TAGGED)
        tags = only(template_of(stack), JOB)["Properties"]["Tags"]
        assert tags == [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "a"}]

    def test_are_no_part_of_the_request(self) -> None:
        assert "Tags" not in properties(self.TAGGED)["Request"]

    def test_of_the_document_are_spelled_by_position_others_by_key(self) -> None:
        stack = new_stack()
        Tags.of(stack).add("aws:stage", "test")
        declare(stack, with_value(DEFAULT, ("Tags",), [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]))
        assert [problem.partition(" =")[0] for problem in errors_of(stack)] == [
            "[Stack/Job] Tags[1].Key",
            "[Stack/Job] tags['aws:stage']",
        ]


class TestNetwork:
    """`VpcConfig` has ids only."""

    def test_is_sent_as_it_stands(self) -> None:
        document = with_value(DEFAULT, ("InputConfig", "VpcConfig"), VPC)
        assert properties(document)["Request"]["InputConfig"]["VpcConfig"] == VPC

    def test_its_groups_can_be_opened_to_others(self) -> None:
        stack = new_stack()
        job = declare(stack, with_value(DEFAULT, ("InputConfig", "VpcConfig"), VPC))
        job.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.tcp(443))
        rules = resources(template_of(stack), "AWS::EC2::SecurityGroupIngress")
        assert {rule["Properties"]["GroupId"] for rule in rules.values()} == {"sg-1", "sg-2"}

    def test_the_default_role_may_make_network_interfaces(self) -> None:
        stack = new_stack()
        document = without(with_value(DEFAULT, ("InputConfig", "VpcConfig"), VPC), ("RoleArn",))
        declare(stack, document, input_buckets=[payloads(stack)], image_repositories=[images(stack)])
        assert "ec2:CreateNetworkInterface" in json.dumps(template_of(stack))

    def test_may_be_known_only_at_deploy_time(self) -> None:
        stack = new_stack()
        groups = CfnParameter(stack, "Groups", type="List<String>").value_as_list
        network = {"SecurityGroupIds": groups, "Subnets": [Fn.import_value("subnet")]}
        declare(stack, with_value(DEFAULT, ("InputConfig",), {**DEFAULT["InputConfig"], "VpcConfig": network}))
        assert request_of(stack)["InputConfig"]["VpcConfig"] == {
            "SecurityGroupIds": {"Ref": "Groups"},
            "Subnets": [{"Fn::ImportValue": "subnet"}],
        }


class TestLifecycle:
    """What the document doesn't say is a prop."""

    def test_the_documents_duration_decides_how_long_it_is_waited_for(self) -> None:
        assert properties(ADVANCED)["TimeoutSeconds"] == 7200 + 3600

    def test_props_are_those_of_the_construct(self) -> None:
        found = properties(DEFAULT, timeout=Duration.hours(3), accept_stopped=True, rerun_nonce="again")
        assert (found["TimeoutSeconds"], found["AcceptStopped"], found["RerunNonce"]) == (10_800, True, "again")

    def test_keys_are_allowed_to_the_handler(self) -> None:
        stack = new_stack()
        key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        declare(stack, with_value(DEFAULT, ("InputConfig", "VolumeKmsKeyId"), key))
        assert key in json.dumps([policy for name, policy in resources(template_of(stack), POLICY).items()])

    def test_results_can_be_used(self) -> None:
        stack = new_stack()
        declare(stack, DEFAULT).recommend_real_time("Best")
        assert resources(template_of(stack), "Custom::InferenceRecommendation")


class TestProblems:
    """The document's own spelling, all at once, without a traceback."""

    def test_are_spelled_as_the_document_is(self) -> None:
        phase = ("InputConfig", "TrafficPattern", "Phases", 1, "DurationInSeconds")
        (problem,) = problems(with_value(ADVANCED, phase, 20))
        assert problem.startswith("InputConfig.TrafficPattern.Phases[1].DurationInSeconds = 20: a phase lasts 120 to")

    def test_spell_other_fields_so_too(self) -> None:
        (problem,) = problems(with_value(DEFAULT, ("StoppingConditions",), {"MaxInvocations": 1}))
        assert "takes no InputConfig.TrafficPattern, InputConfig.EndpointConfigurations, InputConfig.Res" in problem

    @pytest.mark.parametrize(
        ("change", "reported"),
        [
            ({"JobNme": "x"}, ["JobNme = 'x': is no member that the API knows. Did you mean JobName?"]),
            ({"JobType": "default"}, ["JobType = 'default': must be one of Default, Advanced. Did you mean Default?"]),
            ({"InputConfig": []}, ["InputConfig = []: must be a structure. Write a structure, not a list."]),
            ({"InputConfig": None}, ["InputConfig: must be a structure. Write a structure, not null."]),
            ({"Tags": "x"}, ["Tags = 'x': must be a list. Write a list, not a string."]),
            ({"JobDescription": Duration.hours(1)}, ["JobDescription = <aws_cdk.Duration object"]),
            ({"JobDescription": object()}, ["JobDescription = <object object"]),
            ({"JobDescription": float("nan")}, ["JobDescription = nan: must be a string."]),
            ({1: "x"}, ["1 = 'x': is no member that the API knows."]),
        ],
    )
    def test_of_any_kind_are_reported_at_synthesis(self, change: Mapping[Any, Any], reported: list[str]) -> None:
        found = problems({**DEFAULT, **change})
        assert [found[index].startswith(start) for index, start in enumerate(reported)] == [True] * len(found)

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("JobDurationInSeconds", -5),
            ("JobDurationInSeconds", 10**30),
            ("JobDurationInSeconds", "7200"),
            ("TrafficPattern", {"TrafficType": "PHASES", "Phases": "x"}),
            ("EndpointConfigurations", [5, {"ServerlessConfig": {"MemorySizeInMB": -1}}]),
            ("ContainerConfig", {"Domain": 5, "PayloadConfig": []}),
            ("VpcConfig", {"SecurityGroupIds": [5], "Subnets": "x"}),
            ("Endpoints", [{"EndpointName": 5}]),
        ],
    )
    def test_are_no_traceback_whatever_stands_there(self, member: str, value: object) -> None:
        assert any(member in problem for problem in problems(with_value(ADVANCED, ("InputConfig", member), value)))

    def test_of_a_document_that_is_a_list(self, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_text("[]")
        assert problems(tmp_path / "job.json")[0].startswith(
            "request = []: must be a structure. Write a structure, not a list."
        )

    @pytest.mark.parametrize("kind", SKELETONS)
    def test_of_a_skeleton_are_its_placeholders(self, kind: str) -> None:
        found = problems(SKELETONS[kind])
        assert [problem.partition(":")[0] for problem in found] == [
            "JobName",
            "RoleArn",
            "InputConfig.ModelPackageVersionArn",
        ]

    def test_warnings_are_warnings(self) -> None:
        stack = new_stack()
        declare(stack, with_value(DEFAULT, ("InputConfig", "JobDurationInSeconds"), 7200))
        (warning,) = warnings_of(stack)
        assert warning.startswith("InputConfig.JobDurationInSeconds = 7200: a Default job may not take InputConfig.Job")


class TestTokens:
    """A document that is a mapping may hold values known only at deploy time."""

    def test_are_skipped_one_by_one(self) -> None:
        stack = new_stack()
        seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
        phase = ("InputConfig", "TrafficPattern", "Phases", 0)
        document = with_value(ADVANCED, phase, {"InitialNumberOfUsers": 9, "DurationInSeconds": seconds})
        declare(stack, document)
        (problem,) = errors_of(stack)
        assert problem.startswith("[Stack/Job] InputConfig.TrafficPattern.Phases[0].InitialNumberOfUsers = 9")

    def test_are_rendered(self) -> None:
        stack = new_stack()
        role = iam.Role(stack, "Own", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
        document = with_value(ADVANCED, ("InputConfig", "JobDurationInSeconds"), seconds)
        declare(stack, with_value(document, ("RoleArn",), role.role_arn))
        request = request_of(stack)
        assert request["InputConfig"]["JobDurationInSeconds"] == {"Ref": "Seconds"}
        assert set(request["RoleArn"]) == {"Fn::GetAtt"}


def test_a_token_of_no_type_may_stand_in_the_document() -> None:
    stack = new_stack()
    description = Fn.condition_if("IsProduction", "a", "b")
    document = {"JobType": "Default", "JobDescription": description, "InputConfig": {}, "RoleArn": ROLE_ARN}
    InferenceRecommendationsJob.from_cli_input(stack, "Job", document)
    template = template_of(stack, check=False)
    assert only(template, JOB)["Properties"]["Request"]["JobDescription"] == {"Fn::If": ["IsProduction", "a", "b"]}
