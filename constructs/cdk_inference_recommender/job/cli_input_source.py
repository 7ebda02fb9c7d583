"""A request that is written as a document for the AWS CLI's `--cli-input-json` or `--cli-input-yaml`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.request import UNRESOLVED, api_path, request_shape
from cdk_inference_recommender.request.document_file import file_path, format_of_file, is_file_uri
from cdk_inference_recommender.request.parse_document import DocumentFormat, UnreadableDocumentError, parse_document
from cdk_inference_recommender.request.pattern import matches
from cdk_inference_recommender.request.placeholder import is_placeholder
from cdk_inference_recommender.validation.prop_types import PropType, expect_type
from cdk_inference_recommender.validation.property_path import property_path
from cdk_inference_recommender.validation.tokens import as_token, is_unresolved, is_untyped_token
from cdk_inference_recommender.validation.validation_error import ValidationError

from .cli_input import JobProps, props_of
from .request_source import RequestSource

if TYPE_CHECKING:
    from constructs import Construct

    from cdk_inference_recommender.request import Path

    from .render_request import RequestDocument

_DOCUMENT: Final = PropType(
    of=(Mapping, str, PathLike),
    example='the document itself, its JSON or YAML text, or the path of its file, such as "job.json"',
    is_required=True,
)
_MEMBERS_OF_ITS_OWN: Final = ("JobName", "RoleArn", "Tags")
"""Members that the construct sends otherwise than they stand in the document."""


class CliInputSource(RequestSource):
    """A document that is sent as it stands, and judged as it stands, however malformed."""

    def __init__(self, document: object) -> None:
        self._document = document
        members = document if isinstance(document, Mapping) else {}
        self._members: Mapping[str, Any] = members
        self.has_role_arn = "RoleArn" in members
        name = members.get("JobName")
        self.job_name = name if isinstance(name, str) and not is_placeholder(name) else None

    @classmethod
    def of(cls, document: Mapping[str, Any] | str | FilePath) -> CliInputSource:
        """Take a document.

        Args:
            document: The document itself, which may hold tokens; its JSON text, which begins with a brace; its YAML
                text, which has several lines; or a file with either, as a path or as `file://` and a path.

        Raises:
            ValidationError: The file can't be read, the text isn't JSON or YAML, or it is none of these.
        """
        expect_type(_DOCUMENT, "document", document)
        if isinstance(document, Mapping):
            return cls(document)
        try:
            text_format = _text_format(document) if isinstance(document, str) else None
            if text_format is not None:
                return cls(parse_document(str(document), name="document", document_format=text_format))
            if isinstance(document, str) and is_unresolved(document):
                raise ValidationError(
                    "document is known only at deploy time, but it is checked now. Give literal JSON; single values in "
                    "it may be tokens."
                )
            file = file_path(document) if isinstance(document, str) else FilePath(document)
            return cls(parse_document(file.read_bytes(), name=str(file), document_format=format_of_file(file)))
        except UnreadableDocumentError as error:
            raise ValidationError(str(error)) from None
        except OSError as error:
            raise ValidationError(
                f"document = {str(document)!r} can't be read: {error.strerror}. Give JSON text that begins with a "
                "brace, YAML text of several lines, or the path of a file that holds either."
            ) from None

    def without_job_name(self) -> CliInputSource:
        """Return the document without its `JobName`, which a prop overrides."""
        if not isinstance(self._document, Mapping):
            return self
        return CliInputSource({name: value for name, value in self._members.items() if name != "JobName"})

    def props(self) -> JobProps:
        """Return what the document says, as props."""
        return props_of(self._document)

    def role(self, scope: Construct, given: iam.IRole | None) -> iam.IRole | None:
        """The role that is given or that the document names; it gets no policy."""
        arn = self._members.get("RoleArn")
        if given is not None or not isinstance(arn, str):
            return given
        # What isn't an ARN can't be imported; the model's pattern tells of it.
        pattern = request_shape().members["RoleArn"].metadata["pattern"]
        if is_unresolved(arn) or matches(arn, pattern):
            return iam.Role.from_role_arn(scope, "Role", as_token(arn), mutable=False)
        return None

    def network(
        self,
        scope: Construct,
        *,
        vpc: ec2.IVpc | None,  # noqa: ARG002 -- the document has ids only
        vpc_subnets: ec2.SubnetSelection | None,  # noqa: ARG002
        security_groups: Sequence[ec2.ISecurityGroup] | None,  # noqa: ARG002
    ) -> JobNetwork | None:
        """The document's subnets and security groups, which exist and need no waiting for."""
        config = self._members.get("InputConfig")
        network = config.get("VpcConfig") if isinstance(config, Mapping) else None
        if not isinstance(network, Mapping):
            return None
        groups = [
            ec2.SecurityGroup.from_security_group_id(scope, f"SecurityGroup{index}", group)
            for index, group in enumerate(_texts(network.get("SecurityGroupIds")))
        ]
        return JobNetwork(
            subnet_ids=_texts(network.get("Subnets")),
            security_groups=groups,
            connections=ec2.Connections(security_groups=groups),
            established=[],
        )

    def request(self, rendered: RequestDocument) -> RequestDocument:
        """The document's own members; of the props only the role."""
        members = {name: _transferable(value) for name, value in self._members.items()}
        own = {name: value for name, value in members.items() if name not in _MEMBERS_OF_ITS_OWN}
        return {**own, "RoleArn": rendered["RoleArn"]}

    def checked(
        self,
        request: Mapping[str, object],  # noqa: ARG002 -- made of the document, which is judged itself
        *,
        tags: Sequence[Mapping[str, object]],
        job_name: str | None,
    ) -> object:
        """The document itself, and the tags that it lacks."""
        if not isinstance(self._document, Mapping):
            return self._document
        judged = dict(self._members)
        if job_name is not None:
            judged["JobName"] = job_name
        own_tags = judged.get("Tags", [])
        if isinstance(own_tags, list | tuple) and not is_unresolved(own_tags):
            judged["Tags"] = [*own_tags, *self._added(own_tags, tags)]
        return _literals(judged)

    def spell(
        self,
        path: Path,
        request: Mapping[str, object],  # noqa: ARG002 -- its paths are the document's
        tags: Sequence[Mapping[str, object]],
    ) -> str:
        """As the API does; what isn't the document's as the props do."""
        if path == ("JobName",) and "JobName" not in self._members:
            return property_path(path)
        own_tags = self._members.get("Tags", [])
        if path[:1] == ("Tags",) and len(path) > 1 and isinstance(own_tags, list | tuple):
            position = path[1]
            if isinstance(position, int) and position >= len(own_tags):
                return property_path(path, {"Tags": [*own_tags, *self._added(own_tags, tags)]})
        return api_path(path)

    @staticmethod
    def _added(own_tags: Sequence[object], tags: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
        own = {tag.get("Key") for tag in own_tags if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str)}
        return [tag for tag in tags if tag["Key"] not in own]


def _text_format(text: str) -> DocumentFormat | None:
    """Return what the text is written in; None where it is a path."""
    if text.lstrip()[:1] in {"{", "["}:
        return DocumentFormat.JSON
    return DocumentFormat.YAML if "\n" in text.strip() and not is_file_uri(text) else None


def _texts(value: object) -> list[str]:
    # A whole list may be a token: then its items can't be imported one by one.
    if not isinstance(value, list | tuple) or is_unresolved(value):
        return []
    return [item for item in value if isinstance(item, str)]


def _literals(value: object) -> object:
    """As `literals_only`, but for objects that are no part of JSON: they stay, so that their type can be told."""
    match value:
        case None | bool() | int():
            return value
        case float() | str():
            return UNRESOLVED if is_unresolved(value) else value
        case Mapping():
            return {name: _literals(member) for name, member in value.items()}
        case list() | tuple():
            return UNRESOLVED if is_unresolved(value) else [_literals(item) for item in value]
        case _:
            return UNRESOLVED if is_untyped_token(value) else value


def _transferable(value: object) -> object:
    """What the CDK's kernel can take; what it can't is an error that synthesis reports."""
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
