"""Properties of `Custom::InferenceRecommendationsJob`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.protocol.contract import JobProperty
from inference_recommendations_handler.protocol.property_values import flag, seconds, tags_of
from inference_recommendations_handler.protocol.typed_request import RequestError

from .job_name import NamedRequest, base_name, fingerprint, is_name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.stack.owner import Owner


@dataclass(frozen=True, kw_only=True)
class JobProperties:
    """Properties of a job."""

    request: Mapping[str, Any]
    """Request with its types, without name and tags."""
    name_prefix: str
    """Prefix of the name, or the name itself."""
    exact: bool
    """Whether the user set the job's name."""
    tags: Mapping[str, str]
    accept_stopped: bool
    timeout_seconds: float
    named: NamedRequest

    @classmethod
    def parse(cls, properties: Mapping[str, Any], *, owner: Owner, jobs: JobKind) -> JobProperties:
        """Read the properties as received from CloudFormation.

        Raises:
            RequestError: A property is missing or has the wrong type.
        """
        document, exact = properties.get(JobProperty.REQUEST), JobProperty.JOB_NAME in properties
        prefix = properties.get(JobProperty.JOB_NAME if exact else JobProperty.NAME_PREFIX)
        if not isinstance(document, dict) or not isinstance(prefix, str) or not prefix:
            missing = JobProperty.NAME_PREFIX if isinstance(document, dict) else JobProperty.REQUEST
            raise RequestError(
                f"The property {missing} is missing: synthesize the template with cdk-inference-recommender."
            )
        synthesized_with = str(properties.get(JobProperty.BOTOCORE_VERSION, "of an unknown version"))
        request = jobs.parse(document, synthesized_with=synthesized_with)
        return cls(
            request=request,
            name_prefix=prefix,
            exact=exact,
            tags=tags_of(properties),
            accept_stopped=flag(properties, JobProperty.ACCEPT_STOPPED),
            timeout_seconds=seconds(properties, JobProperty.TIMEOUT, default=jobs.default_timeout_seconds),
            named=NamedRequest(
                stack_id=owner.stack_id,
                logical_id=owner.logical_id,
                rerun_nonce=str(properties.get(JobProperty.RERUN_NONCE, "")),
                measured={name: request[name] for name in jobs.measured if name in request},
            ),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what is measured."""
        return fingerprint(self.named)

    @cached_property
    def base(self) -> str:
        """First name to try."""
        return self.name_prefix if self.exact else base_name(self.name_prefix, self.named)

    def accepts_name(self, name: str) -> bool:
        """Return whether a job of that name can be the request's.

        A name that the user set doesn't identify the request; compare fingerprints.
        """
        return name == self.name_prefix if self.exact else is_name_of(name, self.base)
