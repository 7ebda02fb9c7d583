"""The request of a job: a document, and the props that override its members."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.job.props.job_props import job_property_path
from cdk_inference_recommender.job.props.job_type import JobType
from cdk_inference_recommender.model.model_source import ModelSource
from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.request import api_path
from cdk_inference_recommender.request.placeholder import is_placeholder
from cdk_inference_recommender.validation.api_member import members_of, with_member
from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.tokens import is_unresolved, is_untyped_token, mask_tokens

if TYPE_CHECKING:
    from constructs import Construct

    from cdk_inference_recommender.job.props.job_props import JobProps
    from cdk_inference_recommender.request import Path
    from cdk_inference_recommender.validation.api_member import ApiPath

_OF_ITS_OWN: Final = ("JobName", "Tags")
"""Members that the construct sends beside the request."""
_DURATION: Final = ("InputConfig", "JobDurationInSeconds")
_MODEL: Final = (("InputConfig", "ModelPackageVersionArn"), ("InputConfig", "ModelName"))


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """A request that may be malformed: synthesis reports it in the words of its author.

    Attributes:
        document: As the API takes it.
        overridden: Members that props are rendered to.
        is_document: Whether the rest was written as a document, and is spelled as there.
    """

    document: object
    overridden: frozenset[ApiPath] = frozenset()
    is_document: bool

    @classmethod
    def of(cls, document: object, props: JobProps) -> JobRequest:
        """Let the props that are given override a document's members.

        Args:
            document: A request document, of any type. None if the request is given as props.
            props: The props. A model replaces the document's, but for the container where it has none of its own.

        Raises:
            ValidationError: A prop can't be expressed in the API's unit, or a number is NaN or infinite.
        """
        members = dict(members_of(props))
        as_props: dict[str, object] = {}
        for path, value in members.items():
            as_props = with_member(as_props, path, value)
        refuse_non_finite(as_props, job_property_path)
        request = cls(document={} if document is None else document, is_document=document is not None)
        replaced: dict[ApiPath, object] = {} if props.model is None else dict.fromkeys(_MODEL)
        if props.job_name_prefix is not None:
            replaced["JobName",] = None
        for path, value in {**replaced, **members}.items():
            request = request.overriding(path, value)
        return request

    def overriding(self, path: ApiPath, value: object) -> JobRequest:
        """Return the request with a member of a prop's; without the member where the value is None."""
        if not isinstance(self.document, Mapping):
            return self
        return replace(self, document=with_member(self.document, path, value), overridden=self.overridden | {path})

    def at(self, *path: str) -> object:
        """Return a member's value; None where there is none."""
        value = self.document
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def text(self, *path: str) -> str | None:
        """Return a member's value where it is text."""
        value = self.at(*path)
        return value if isinstance(value, str) else None

    def texts(self, *path: str) -> list[str]:
        """Return the texts in a list; none where the whole list is a token."""
        value = self.at(*path)
        if not isinstance(value, list | tuple) or is_unresolved(value):
            return []
        return [item for item in value if isinstance(item, str)]

    @property
    def job_name(self) -> str | None:
        """The name that the document has and no prop overrides."""
        name = self.text("JobName")
        return None if name is None or ("JobName",) in self.overridden or is_placeholder(name) else name

    @property
    def model(self) -> ModelSource | None:
        """The model, as far as an endpoint on it needs it."""
        return ModelSource._of_document(  # noqa: SLF001 -- no factory of the public ones
            model_package_version_arn=self.text("InputConfig", "ModelPackageVersionArn"),
            model_name=self.text("InputConfig", "ModelName"),
            data_input_config=self.text("InputConfig", "ContainerConfig", "DataInputConfig"),
        )

    @property
    def job_duration(self) -> int | None:
        """Seconds after which no benchmark starts, where they are known and could be any."""
        seconds = self.at(*_DURATION)
        return seconds if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0 else None

    @property
    def is_default_job(self) -> bool:
        """Return whether the job is certainly an instance recommendation of the service's own length."""
        return self.at("JobType") in (None, JobType.DEFAULT.value) and self.at(*_DURATION) is None

    @property
    def tags(self) -> dict[str, str]:
        """The job's own tags, as far as they are well-formed."""
        own = self.at("Tags")
        found = [tag for tag in own if isinstance(tag, Mapping)] if isinstance(own, list | tuple) else []
        return {
            tag["Key"]: tag["Value"]
            for tag in found
            if isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str)
        }

    def sent(self, role_arn: str) -> dict[str, object]:
        """Return what the handler sends, but for name and tags.

        Args:
            role_arn: ARN of the execution role.
        """
        members = self.document if isinstance(self.document, Mapping) else {}
        own = {str(name): _transferable(value) for name, value in members.items() if name not in _OF_ITS_OWN}
        return {**own, "RoleArn": role_arn}

    def judged(self, tags: Sequence[Mapping[str, object]]) -> object:
        """Return what the rules judge: the whole request, with `UNRESOLVED` for each token.

        Args:
            tags: The job's, those of ancestors included, as the API takes them.
        """
        return mask_tokens(self._tagged(tags))

    def spell(self, path: Path, tags: Sequence[Mapping[str, object]]) -> str:
        """Write a path as the request's author does.

        Args:
            path: Members of the API, or a prop.
            tags: As for `judged`.
        """
        names = tuple(step for step in path if isinstance(step, str))
        is_prop = not self.is_document or any(names[: len(prop)] == prop for prop in self.overridden)
        own_tags = self.at("Tags")
        is_added = (
            path[:1] == ("Tags",)
            and isinstance(own_tags, list | tuple | None)
            and any(isinstance(step, int) and step >= len(own_tags or ()) for step in path)
        )
        if not is_prop and not is_added:
            return api_path(path)
        tagged = self._tagged(tags)
        return job_property_path(path, tagged if isinstance(tagged, Mapping) else None)

    def _tagged(self, tags: Sequence[Mapping[str, object]]) -> object:
        own = self.at("Tags")
        if not isinstance(self.document, Mapping) or not isinstance(own, list | tuple | None) or is_unresolved(own):
            return self.document
        keys = {tag.get("Key") for tag in own or () if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str)}
        together = [*(own or ()), *(tag for tag in tags if tag["Key"] not in keys)]
        return {**self.document, "Tags": together} if together or own is not None else self.document


def job_network(job: Construct, props: JobProps, request: JobRequest) -> JobNetwork | None:
    """Return where a job's endpoints have network interfaces: in the props' VPC, else where the document says.

    Args:
        job: The job.
        props: Its props.
        request: The document, with what the props override.

    Raises:
        ValidationError: As for `JobNetwork.of`.
    """
    ids = "InputConfig", "VpcConfig"
    if isinstance(request.at(*ids), Mapping) and not (props.vpc or props.vpc_subnets or props.security_groups):
        subnets, groups = request.texts(*ids, "Subnets"), request.texts(*ids, "SecurityGroupIds")
        return JobNetwork.of_ids(job, subnet_ids=subnets, security_group_ids=groups)
    return JobNetwork.of(job, vpc=props.vpc, vpc_subnets=props.vpc_subnets, security_groups=props.security_groups)


def _transferable(value: Any) -> Any:
    """Return what the CDK's kernel can take; what it can't is an error that synthesis reports."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): _transferable(member) for name, member in value.items()}
        case list() | tuple():
            return [_transferable(item) for item in value]
        case _:
            return value if is_untyped_token(value) else repr(value)
