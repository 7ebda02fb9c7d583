"""A job that this stack didn't start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk import ArnFormat, Stack

from cdk_inference_recommender.job.props.job_props import JOB_PROP_TYPES
from cdk_inference_recommender.jobs.job_kind import RECOMMENDATIONS_JOB
from cdk_inference_recommender.jobs.wait_stages import last_wait_stage
from cdk_inference_recommender.jobs.waiting import poll_seconds_of, timeout_seconds_of
from cdk_inference_recommender.model.job_arn import JOB_RESOURCE, job_arn
from cdk_inference_recommender.recommendation.measured_job import MeasuredJob
from cdk_inference_recommender.request import api_path, request_shape
from cdk_inference_recommender.request.shape_rules import shape_problems
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.prop_types import PropType, check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import account_of, region_of
from cdk_inference_recommender.validation.tokens import is_dynamic_reference, is_looked_up_later, is_unresolved
from cdk_inference_recommender.validation.validation_error import ValidationError, prefix_errors_with_path

from .base import InferenceRecommendationsJobBase
from .grants import lower_case_arns

if TYPE_CHECKING:
    from aws_cdk import CfnResource, Duration
    from constructs import Construct

    from .metrics import MetricOptions

_PROP_TYPES: Final = {
    "job_name": PropType(of=str, example='"bert"', is_required=True),
    "job_arn": PropType(
        of=str, example='"arn:aws:sagemaker:<region>:<account>:inference-recommendations-job/<name>"', is_required=True
    ),
    "timeout": JOB_PROP_TYPES["timeout"],
    "poll_interval": JOB_PROP_TYPES["poll_interval"],
}
_ARN: Final = re.compile(r"arn(:[^:]*){4}:[^:/]+/[^:/]+")


class ExistingInferenceRecommendationsJob(InferenceRecommendationsJobBase):
    """A job known by name; it is waited for where its results are used, and never stopped."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        known_by: Literal["job_name", "job_arn"],
        value: str,
        timeout: Duration | None,
        poll_interval: Duration | None,
    ) -> None:
        is_arn = known_by == "job_arn" and isinstance(value, str) and not is_unresolved(value) and _ARN.fullmatch(value)
        super().__init__(scope, id, environment_from_arn=value if is_arn else None)
        check_types(self, _PROP_TYPES, **{known_by: value}, timeout=timeout, poll_interval=poll_interval)
        with prefix_errors_with_path(self):
            if known_by == "job_name":
                _check_name(value)
            self._job_name: Final = value if known_by == "job_name" else _name_in_job_arn(self, value)
            self._job_arn: Final = value if known_by == "job_arn" else job_arn(self, value)
            self._lower_case_arns = lower_case_arns(self, value) if known_by == "job_name" else _in_lower_case(value)
            self._timeout: Final = timeout_seconds_of(timeout, is_default_job=False, job_duration=None)
            self._poll_interval: Final = poll_seconds_of(poll_interval)
        self._place: Final = value.split(":")[3:5] if is_arn else []
        self._last_stage: CfnResource | None = None
        MeasuredJob(job_name=self._job_name, finished=self._finished).attach_to(self)
        report_problems(
            self,
            lambda: list(checks.check_waiting(timeout=self._timeout, poll_interval=self._poll_interval)),
            api_path,
        )

    @property
    def job_name(self) -> str:
        """Name of the job."""
        return self._job_name

    @property
    def job_arn(self) -> str:
        """ARN of the job."""
        return self._job_arn

    def _finished(self) -> CfnResource:
        self._check_place()
        if self._last_stage is None:
            self._last_stage = last_wait_stage(
                self,
                RECOMMENDATIONS_JOB,
                job_name=self._job_name,
                timeout=self._timeout,
                poll_interval=self._poll_interval,
                accept_stopped=False,
                existing_job=True,
            )
        return self._last_stage

    def _metric_place(self) -> MetricOptions:
        if self._place in ([], [region_of(self), account_of(self)]):
            return {}
        region, account = self._place
        return {"region": region, "account": account}

    def _check_place(self) -> None:
        if is_unresolved(self._job_arn):
            return
        region, account = self._job_arn.split(":")[3:5]
        for of_job, here in ((region, region_of(self)), (account, account_of(self))):
            if of_job != here and not is_unresolved(here):
                raise ValidationError(
                    f"{self.node.path}: the job is in {of_job}, and results are read in {here}, where the stack is. "
                    "Use them in a stack of the job's account and Region."
                )


def _in_lower_case(arn: str) -> list[str]:
    return [] if is_unresolved(arn) else [arn.lower()]


def _check_name(name: str) -> None:
    """Refuse what no job can be called."""
    if is_unresolved(name):
        return
    if name.startswith("arn:"):
        raise ValidationError(f"job_name = {name!r} is an ARN. Give it to from_job_arn, or leave all but its name out.")
    shape = request_shape().members["JobName"]
    if any(shape_problems(name, shape)):
        bounds = shape.metadata
        raise ValidationError(
            f"job_name = {name!r} can't be the name of a job: it has {bounds['min']} to {bounds['max']} letters, "
            "digits and hyphens, with neither a hyphen first nor last (API reference, CreateInferenceRecommendationsJob"
            ", JobName). Give the whole name of a job."
        )


def _name_in_job_arn(scope: Construct, arn: str) -> str:
    """The job's name in its ARN; may be a token.

    Raises:
        ValidationError: It isn't the ARN of a recommendation job.
    """
    if is_looked_up_later(arn):
        return arn
    if is_dynamic_reference(arn):
        raise ValidationError(
            f"job_arn = {arn!r} is a dynamic reference, in which CloudFormation finds no name. Refer to the job with "
            "from_job_name, or read the ARN with ssm.StringParameter.value_for_string_parameter(...)."
        )
    if is_unresolved(arn) or _ARN.fullmatch(arn):
        components = Stack.of(scope).split_arn(arn, ArnFormat.SLASH_RESOURCE_NAME)
        parts = ((components.service, "sagemaker"), (components.resource, JOB_RESOURCE))
        if components.resource_name and all(part == of_jobs or is_unresolved(part) for part, of_jobs in parts):
            return components.resource_name
    raise ValidationError(
        f"job_arn = {arn!r} isn't the ARN of a recommendation job. It has the form "
        f"arn:aws:sagemaker:<region>:<account>:{JOB_RESOURCE}/<name>."
    )
