"""Settings of the provider, which an app gives for a stack, a stage or all of its stacks."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_lambda as lambda_

from cdk_inference_recommender.validation.construct_memo import node_of, once
from cdk_inference_recommender.validation.tokens import is_unresolved
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import jsii
    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_stepfunctions as sfn
    from constructs import Construct, IConstruct

_MEMO: Final = "provider_settings"
_MEMORY: Final = (128, 10_240)
"""MB (Lambda API reference, `CreateFunction`)."""
_PYTHON: Final = re.compile(r"python3\.(\d+)")
_OLDEST_PYTHON: Final = 11
_WITHIN_A_VPC: Final = ("vpc_subnets", "security_groups")


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """Props of the provider; None leaves a prop to the settings of an outer scope, or to its default."""

    vpc: ec2.IVpc | None = None
    vpc_subnets: ec2.SubnetSelection | None = None
    security_groups: Sequence[ec2.ISecurityGroup] | None = None
    environment_encryption: kms.IKey | None = None
    log_group: logs.ILogGroup | None = None
    reserved_concurrent_executions: jsii.Number | None = None
    tracing: lambda_.Tracing | None = None
    state_machine_logs: sfn.LogOptions | None = None
    on_failure: lambda_.IDestination | None = None
    role: iam.IRole | None = None
    state_machine_role: iam.IRole | None = None
    permissions_boundary: iam.IManagedPolicy | None = None
    memory_size: jsii.Number | None = None
    architecture: lambda_.Architecture | None = None
    runtime: lambda_.Runtime | None = None
    code: lambda_.Code | None = None

    @classmethod
    def of(cls, stack: Stack) -> ProviderSettings:
        """Return the settings of a stack: of each prop the one that is given nearest to it.

        From then on, none of the stack's scopes can be configured.

        Raises:
            ValidationError: Subnets or security groups are given, but no VPC.
        """
        found: dict[str, object] = {}
        for scope in node_of(stack).scopes:
            settings = _settings_at(scope, None)
            given = settings.given() if settings is not None else {}
            if "vpc" in given:
                # Those of an outer scope belong to its VPC.
                found = {name: value for name, value in found.items() if name not in _WITHIN_A_VPC}
            found |= given
        if "vpc" not in found and not found.keys().isdisjoint(_WITHIN_A_VPC):
            raise ValidationError(
                f"{stack.node.path}: InferenceRecommenderProvider.configure(...) has vpc_subnets or security_groups, "
                "but neither the stack nor an outer scope has vpc. Give vpc beside them, or leave them out."
            )
        return cls(**found)  # type: ignore[arg-type] # the fields' own values

    def given(self) -> dict[str, object]:
        """Return the props that have a value, by their names."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def attach_to(self, scope: Construct) -> None:
        """Let the stacks within a scope have these settings.

        Raises:
            ValidationError: A value can't be used, or the scope is configured or used already.
        """
        problems = list(self._problems())
        if problems:
            raise ValidationError(f"{scope.node.path or 'App'}: {' '.join(problems)}")
        if _settings_at(scope, self) is not self:
            raise ValidationError(
                f"{scope.node.path or 'App'}: InferenceRecommenderProvider.configure(...) comes too late: the scope is "
                "configured already, or a job or an endpoint within it has created the provider. Call it once, before "
                "the first job."
            )

    def _problems(self) -> Iterator[str]:
        concurrency, memory = self.reserved_concurrent_executions, self.memory_size
        if concurrency is not None and not is_unresolved(concurrency) and concurrency < 1:
            yield (
                f"reserved_concurrent_executions = {concurrency} keeps the function from running. Give 1 or more; 10 "
                "are enough for most stacks."
            )
        if memory is not None and not is_unresolved(memory) and not _MEMORY[0] <= memory <= _MEMORY[1]:
            yield f"memory_size = {memory} isn't from {_MEMORY[0]} to {_MEMORY[1]} MB. Give such a number."
        if self.runtime is not None:
            version = _PYTHON.fullmatch(self.runtime.name)
            if version is None or int(version[1]) < _OLDEST_PYTHON:
                yield (
                    f"runtime = {self.runtime.name} can't run the handler. Give Python 3.{_OLDEST_PYTHON} or newer, "
                    "such as lambda_.Runtime.PYTHON_3_13."
                )
        if isinstance(self.code, lambda_.InlineCode):
            yield (
                "code is inline, and the handler has several modules. Give its zip file in a bucket, with "
                "lambda_.Code.from_bucket(...)."
            )
        if self.state_machine_logs is not None and self.state_machine_logs.include_execution_data:
            yield (
                "state_machine_logs.include_execution_data = True would write CloudFormation's response addresses to "
                "the log, with which its readers could respond in the function's place. Leave it out."
            )


def _settings_at(scope: IConstruct, settings: ProviderSettings | None) -> ProviderSettings | None:
    return once(scope, _MEMO, lambda: settings)
