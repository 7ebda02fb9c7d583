"""Where a job's request comes from, and how its author spells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.validation.property_path import property_path
from cdk_inference_recommender.validation.tokens import literals_only

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from cdk_inference_recommender.request import Path

    from .render_request import RequestDocument


class RequestSource:
    """A request that is written as props; `CliInputSource` is one that is written as the API's own document."""

    job_name: str | None = None
    """The name that the request itself has."""
    has_role_arn: bool = False
    """Whether the request itself names the execution role."""

    def role(self, scope: Construct, given: iam.IRole | None) -> iam.IRole | None:  # noqa: ARG002 -- others need it
        """The execution role, if it isn't the job's to make.

        Args:
            scope: The job.
            given: The prop.
        """
        return given

    def network(
        self,
        scope: Construct,
        *,
        vpc: ec2.IVpc | None,
        vpc_subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
    ) -> JobNetwork | None:
        """Where the endpoints have network interfaces; see `JobNetwork.of`."""
        return JobNetwork.of(scope, vpc=vpc, vpc_subnets=vpc_subnets, security_groups=security_groups)

    def request(self, rendered: RequestDocument) -> RequestDocument:
        """What is sent, but for the job's name and tags.

        Args:
            rendered: The props as a request.
        """
        return rendered

    def checked(
        self, request: Mapping[str, object], *, tags: Sequence[Mapping[str, object]], job_name: str | None
    ) -> object:
        """What the rules judge: the request with `UNRESOLVED` for each token.

        Args:
            request: What `request` has returned.
            tags: The job's, those of ancestors included, as the API takes them.
            job_name: The physical name, where the prop gives one.
        """
        return literals_only(_whole(request, tags, job_name))

    def spell(self, path: Path, request: Mapping[str, object], tags: Sequence[Mapping[str, object]]) -> str:
        """Write a path as the request's author does.

        Args:
            path: Members of the API, or a prop.
            request: What `request` has returned.
            tags: As for `checked`.
        """
        return property_path(path, _whole(request, tags, None))


def _whole(
    request: Mapping[str, object], tags: Sequence[Mapping[str, object]], job_name: str | None
) -> dict[str, object]:
    return {**request, "Tags": list(tags), **({} if job_name is None else {"JobName": job_name})}
