"""The model that an endpoint runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.permissions.execution_role import JobInputs
from cdk_inference_recommender.recommendation.measured_job import MeasuredJob
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.recommendation.recommendation import Recommendation


@dataclass(frozen=True, kw_only=True)
class HostedModel:
    """A model, and where its artifacts and images are.

    Attributes:
        source: The model.
        input_buckets: Buckets with its artifacts.
        image_repositories: Repositories with its images.
        measured: The recommendation's job; None where it isn't known.
    """

    source: ModelSource
    input_buckets: Sequence[IBucket]
    image_repositories: Sequence[IRepository]
    measured: MeasuredJob | None
    _named: tuple[Sequence[IBucket], Sequence[IRepository]]

    @classmethod
    def of(
        cls,
        endpoint: Construct,
        recommendation: Recommendation,
        *,
        model: ModelSource | None,
        input_buckets: Sequence[IBucket] | None,
        image_repositories: Sequence[IRepository] | None,
    ) -> HostedModel:
        """Return the model and access that are given, with the job's for what isn't.

        Args:
            endpoint: Whose props they are.
            recommendation: What the endpoint runs on.
            model: As given.
            input_buckets: As given.
            image_repositories: As given.

        Raises:
            ValidationError: No model is given, and the job's isn't known.
        """
        measured = MeasuredJob.of(recommendation)
        source = model or (measured.model if measured else None)
        if source is None:
            reason = (
                "was read with from_parameters" if measured is None else "is of a job that this app doesn't declare"
            )
            raise ValidationError(
                f"{endpoint.node.path}: model is missing, and {recommendation.node.path} {reason}, so that the model "
                "that was measured isn't known here. Give the job's ModelSource as model=..., and where its artifacts "
                "and images are as input_buckets=... and image_repositories=..."
            )
        of_job = ((), ()) if measured is None else (measured.input_buckets, measured.image_repositories)
        return cls(
            source=source,
            input_buckets=of_job[0] if input_buckets is None else input_buckets,
            image_repositories=of_job[1] if image_repositories is None else image_repositories,
            measured=measured,
            _named=(input_buckets or (), image_repositories or ()),
        )

    def grant_to(self, role: iam.IRole, *, before: Construct) -> None:
        """Grant a user's role read access to what the endpoint names, without what only its job names.

        Args:
            role: As given; one that is immutable keeps its policies as they are.
            before: What needs the access.
        """
        for grant in JobInputs(*self._named).grant_to(role):
            grant.apply_before(before)
