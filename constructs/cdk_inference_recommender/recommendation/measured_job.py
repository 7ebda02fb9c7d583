"""The job behind recommendations and endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation.construct_memo import once
from cdk_inference_recommender.validation.tokens import mask_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aws_cdk import CfnResource
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct, IConstruct

    from cdk_inference_recommender.model.model_source import ModelSource

_MEMO: Final = "measured_job"


@dataclass(frozen=True, kw_only=True)
class MeasuredJob:
    """A job, and what it measures, as its recommendations and their endpoints need it.

    Attributes:
        job_name: Name of the job.
        finished: Returns what exists once the job has finished.
        request: What the job measures, as in the API. Default: not known, the job isn't this app's.
        props: The job's props, as the app gave them. Default: not known.
    """

    job_name: str
    finished: Callable[[], CfnResource]
    request: Mapping[str, Any] | None = None
    props: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, construct: IConstruct) -> MeasuredJob | None:
        """Return the job of a construct; None where no job is known.

        Args:
            construct: The job or the recommendation.
        """
        return once(construct, _MEMO, lambda: None)

    def attach_to(self, construct: Construct) -> None:
        """Attach this to a construct, so that `of` returns it.

        Args:
            construct: The job, or a recommendation of it.
        """
        once(construct, _MEMO, lambda: self)

    @property
    def model(self) -> ModelSource | None:
        """The model that the job measures; None where that isn't known."""
        return self.props.get("model")

    @property
    def input_buckets(self) -> Sequence[IBucket]:
        """The buckets that the job's default role may read."""
        buckets: Sequence[IBucket] = self.props.get("input_buckets", ())
        return buckets

    @property
    def image_repositories(self) -> Sequence[IRepository]:
        """The repositories that the job's default role may pull images from."""
        repositories: Sequence[IRepository] = self.props.get("image_repositories", ())
        return repositories

    @property
    def input_config(self) -> object:
        """The request's `InputConfig`; UNRESOLVED where, or as far as, that isn't known."""
        return UNRESOLVED if self.request is None else mask_tokens(self.request.get("InputConfig"))
