"""The properties of `Custom::InferenceRecommendationsJob`, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.protocol.contract import NAME_VERSION, JobProperty
from inference_recommendations_handler.protocol.property_values import flag, seconds, tags_of
from inference_recommendations_handler.protocol.typed_request import RequestError

from .job_name import KNOWN_NAME_VERSIONS, NamedRequest, base_name, fingerprint, is_name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.stack.owner import Owner


@dataclass(frozen=True, kw_only=True)
class JobProperties:
    """What a template asks for."""

    request: Mapping[str, Any]
    """Typed; without name and tags."""
    name_prefix: str
    exact: bool
    tags: Mapping[str, str]
    accept_stopped: bool
    timeout_seconds: float
    name_version: str
    named: NamedRequest

    @classmethod
    def parse(cls, properties: Mapping[str, Any], *, owner: Owner, jobs: JobKind) -> JobProperties:
        """Read the properties as CloudFormation delivers them.

        Raises:
            RequestError: something is missing or of the wrong type.
        """
        document, exact = properties.get(JobProperty.REQUEST), JobProperty.JOB_NAME in properties
        prefix = properties.get(JobProperty.JOB_NAME if exact else JobProperty.NAME_PREFIX)
        if not isinstance(document, dict) or not isinstance(prefix, str) or not prefix:
            missing = JobProperty.NAME_PREFIX if isinstance(document, dict) else JobProperty.REQUEST
            message = f"The property {missing} is missing: synthesise the template with cdk-inference-recommender."
            raise RequestError(message)
        synthesised_with = str(properties.get(JobProperty.BOTOCORE_VERSION, "of an unknown version"))
        request = jobs.parse(document, synthesised_with=synthesised_with)
        return cls(
            request=request,
            name_prefix=prefix,
            exact=exact,
            tags=tags_of(properties),
            accept_stopped=flag(properties, JobProperty.ACCEPT_STOPPED),
            timeout_seconds=seconds(properties, JobProperty.TIMEOUT, default=jobs.default_timeout_seconds),
            name_version=str(properties.get(JobProperty.NAME_VERSION, NAME_VERSION)),
            named=NamedRequest(
                stack_id=owner.stack_id,
                logical_id=owner.logical_id,
                rerun_nonce=str(properties.get(JobProperty.RERUN_NONCE, "")),
                measured={name: request[name] for name in jobs.measured if name in request},
            ),
        )

    @property
    def fingerprint(self) -> str:
        """Hash of what is measured; raises RequestError for an unknown version."""
        return fingerprint(self.named, version=self.name_version)

    @property
    def base(self) -> str:
        """The first name to try; raises RequestError for an unknown version."""
        if self.exact:
            return self.name_prefix
        return base_name(self.name_prefix, self.named, version=self.name_version)

    def names(self, name: str) -> bool:
        """Whether a job of that name, by whatever version of the rule, stands for this request.

        An exact name says nothing about the request; compare fingerprints.
        """
        if self.exact:
            return name == self.name_prefix
        bases = (base_name(self.name_prefix, self.named, version=version) for version in KNOWN_NAME_VERSIONS)
        return any(is_name_of(name, base) for base in bases)
