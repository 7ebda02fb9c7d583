"""Every statement of every role, and every resource of the shared set, so that they change by decision only.

To accept a change: `python -m tests.unit.cdk_inference_recommender.test_iam_page`. It writes what stands between the
marks in docs/iam.md; the rest of the page is written by hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from cdk_inference_recommender import InferenceRecommenderProvider, ModelSource, RecommendedEndpoint
from cdk_inference_recommender.permissions.default_role import DefaultRole
from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    REGION,
    Json,
    default_job,
    given_role,
    new_stack,
    resources,
    role_statements,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cdk_inference_recommender.permissions.granted_statement import GrantedStatement

PAGE: Final = Path(__file__).parents[3] / "docs" / "iam.md"
BEGIN: Final = "<!-- Made by: python -m tests.unit.cdk_inference_recommender.test_iam_page -->"
END: Final = "<!-- End of what is made -->"
OTHERS_PACKAGE: Final = PACKAGE_ARN.replace(ACCOUNT, "210987654321")
ROLES: Final = {
    "handler": "InferenceRecommenderProviderRole",
    "job": "JobRole",
    "endpoint": "EndpointRole",
    "state machine": "InferenceRecommenderProviderStateMachineRole",
}
TRUSTED: Final = {
    "handler": "the function's",
    "job": "the default role of a job",
    "endpoint": "the default role of an endpoint",
    "state machine": "the state machine's",
}
OF_CDK: Final = {
    "lambda:InvokeFunction": ("Calls the function.", "No job is waited for, and deployments fail at their timeout."),
    "logs:CreateLogDelivery": (
        "Writes the execution log, with `state_machine_logs` only. None supports a narrower resource.",
        "The state machine isn't created with a log.",
    ),
    "xray:PutTraceSegments": (
        "Writes traces, with `tracing` only. None supports a narrower resource.",
        "Nothing is traced.",
    ),
    "sqs:SendMessage": (
        "Sends lost events to the destination, with `on_failure` only.",
        "Events that the function could not handle are lost without a trace.",
    ),
}
"""Why the CDK adds statements of its own, by each statement's first action."""


class Everything:
    """Two stacks: one as most are, and one that sets whatever adds a statement."""

    def __init__(self) -> None:
        environment = Environment(account=ACCOUNT, region=REGION)
        self.plain = new_stack(env=environment)
        default_job(self.plain)
        self.plain_template = template_of(self.plain)
        self.whole = new_stack(env=environment)
        network: Json = {
            "vpc": ec2.Vpc.from_vpc_attributes(
                self.whole,
                "Vpc",
                vpc_id="vpc-1",
                availability_zones=["eu-west-1a"],
                private_subnet_ids=["subnet-1"],
            ),
            "security_groups": [ec2.SecurityGroup.from_security_group_id(self.whole, "Group", "sg-1")],
        }
        key = kms.Key.from_key_arn(self.whole, "Key", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1")
        log = logs.LogGroup(self.whole, "Log", removal_policy=RemovalPolicy.DESTROY)
        InferenceRecommenderProvider.configure(
            self.whole,
            tracing=lambda_.Tracing.ACTIVE,
            state_machine_logs=sfn.LogOptions(destination=log),
            on_failure=destinations.SqsDestination(sqs.Queue(self.whole, "Lost")),
            **network,
        )
        self.job = default_job(
            self.whole,
            volume_encryption_key=key,
            output_encryption_key=key,
            compiled_output_s3_uri="s3://compiled/bert",
            compiled_output_bucket=s3.Bucket.from_bucket_attributes(
                self.whole, "Compiled", bucket_name="compiled", encryption_key=key
            ),
            **network,
        )
        default_job(self.whole, "Given", role=given_role(self.whole))
        self.others = default_job(self.whole, "Others", model=ModelSource.from_model_package(OTHERS_PACKAGE))
        best = self.others.recommend_real_time("Best")
        self.endpoint = RecommendedEndpoint(self.whole, "Endpoint", recommendation=best, **network)
        self.whole_template = template_of(self.whole)

    def sections(self) -> Iterator[tuple[str, Stack, list[GrantedStatement]]]:
        plain, whole = (InferenceRecommenderProvider.of(each) for each in (self.plain, self.whole))
        yield "The function's role, the same in every stack", self.plain, list(plain.granted)
        fixed = {written(self.plain, each) for each in plain.granted}
        added = [each for each in whole.granted if written(self.whole, each) not in fixed and is_of_ec2(each)]
        yield "The function's role with `configure(vpc=...)`, besides", self.whole, added
        yield "The function's role, for what is handed in", self.whole, custom_resources_of(self.whole).grants.granted
        job, others, endpoint = (each.role for each in (self.job, self.others, self.endpoint))
        assert isinstance(job, DefaultRole)
        assert isinstance(others, DefaultRole)
        assert isinstance(endpoint, DefaultRole)
        yield "The default role of a job", self.whole, [others.granted[0], *job.granted]
        yield "The default role of an endpoint", self.whole, list(endpoint.granted)

    def reasoned(self) -> set[str]:
        return {written(stack, each) for _, stack, granted in self.sections() for each in granted}

    def added_to_function(self) -> list[Json]:
        """Statements of the function's role that the CDK adds by itself."""
        found, reasoned = role_statements(self.whole_template, ROLES["handler"]), self.reasoned()
        return [each for each in found if json.dumps(each, sort_keys=True) not in reasoned]


def is_of_ec2(granted: GrantedStatement) -> bool:
    return "ec2:" in json.dumps(granted.document)


def written(stack: Stack, granted: GrantedStatement) -> str:
    return json.dumps(stack.resolve(granted.document), sort_keys=True)


def shown(value: Any) -> str:
    """A resource or a value as the page writes it: P, R and A are partition, Region and account."""
    match value:
        case str():
            text = value
        case {"Fn::Join": ["", list(parts)]}:
            text = "".join(map(shown, parts))
        case {"Ref": "AWS::Partition"}:
            text = "P"
        case {"Ref": "AWS::StackId"}:
            text = "STACK"
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            text = f"<{re.sub('[0-9A-F]{8}$', '', name)}>"
        case _:
            raise AssertionError(value)
    return text.replace(REGION, "R").replace(ACCOUNT, "A")


def listed(values: Any) -> str:
    return "<br>".join(f"`{shown(each)}`" for each in (values if isinstance(values, list) else [values]))


def conditions(statement: Json) -> Iterator[str]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            yield f"`{operator}` `{key}`: {listed(value).replace('<br>', ', ')}"


def row(statement: Json, reason: str, without: str) -> str:
    effect = "" if statement["Effect"] == "Allow" else "**Deny** "
    cells = (
        effect + listed(statement["Action"]),
        listed(statement["Resource"]),
        "<br>".join(conditions(statement)),
        reason,
        without,
    )
    return f"| {' | '.join(cells)} |"


def trust_row(name: str, template: Json) -> str:
    (role,) = (
        each
        for logical_id, each in resources(template, "AWS::IAM::Role").items()
        if re.fullmatch(f"{ROLES[name]}[0-9A-F]{{8}}", logical_id)
    )
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    (service,) = statement["Principal"].values()
    return f"| {TRUSTED[name]} | `{service}` | {'<br>'.join(conditions(statement))} |"


def table(title: str, rows: Iterable[str]) -> list[str]:
    return [f"### {title}", "", "| Actions | On | Only if | Why | Without it |", "|---|---|---|---|---|", *rows, ""]


def generated() -> str:
    found = Everything()
    lines = [BEGIN, ""]
    for title, stack, granted in found.sections():
        rows = [row(stack.resolve(each.document), each.reason, each.without) for each in granted]
        lines += table(title, rows)
    rows = [row(each, *OF_CDK[first_action(each)]) for each in found.added_to_function()]
    lines += table("The function's role with tracing and `on_failure`, which the CDK adds", rows)
    machine = role_statements(found.whole_template, ROLES["state machine"])
    lines += table(
        "The state machine's role, with a log and tracing",
        [row(each, *OF_CDK[first_action(each)]) for each in machine],
    )
    lines += ["### Who may assume the roles", "", "| Role | Service | Only if |", "|---|---|---|"]
    lines += [trust_row(name, found.whole_template) for name in ROLES]
    lines += ["", "### The resources that a stack gets once", "", "| Logical id | Type |", "|---|---|"]
    lines += [f"| `{name}` | `{kind}` |" for name, kind in sorted(shared_resources(found.plain_template).items())]
    return "\n".join([*lines, "", END])


def first_action(statement: Json) -> str:
    actions = statement["Action"]
    return str(actions if isinstance(actions, str) else actions[0])


def shared_resources(template: Json) -> dict[str, str]:
    return {
        re.sub("[0-9A-F]{8}$", "", name): resource["Type"]
        for name, resource in resources(template).items()
        if name.startswith("InferenceRecommender")
    }


def page(existing: str) -> str:
    before, _, rest = existing.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{generated()}{after}"


def test_the_page_lists_every_statement_and_every_shared_resource() -> None:
    existing = PAGE.read_text(encoding="utf-8")
    assert page(existing) == existing, __doc__


def test_no_role_has_a_statement_without_a_reason() -> None:
    found = Everything()
    reasoned = found.reasoned() | {json.dumps(each, sort_keys=True) for each in found.added_to_function()}
    assert {first_action(each) for each in found.added_to_function()} == {"xray:PutTraceSegments", "sqs:SendMessage"}
    for template in (found.plain_template, found.whole_template):
        for role in ("handler", "job", "endpoint"):
            if any(name.startswith(ROLES[role]) for name in resources(template, "AWS::IAM::Role")):
                for statement in role_statements(template, ROLES[role]):
                    assert json.dumps(statement, sort_keys=True) in reasoned


def test_every_reason_is_a_sentence() -> None:
    for _, _, granted in Everything().sections():
        for each in granted:
            for text in (each.reason, each.without):
                assert re.fullmatch(r"[A-Z].+\.", text), text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
