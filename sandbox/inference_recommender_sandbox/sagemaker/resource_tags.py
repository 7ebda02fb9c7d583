"""Tags of SageMaker's resources: those of jobs, and moto's as the service treats them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.sagemaker.models import SageMakerModelBackend

from .errors import ResourceNotFound, SageMakerError, ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommender_sandbox.sagemaker.jobs.inference_recommendations_job import InferenceRecommendationsJob

    from .service import Service

_MAX_TAGS: Final = 50


class ResourceTagsBackend(SageMakerModelBackend):
    """Tags of one account in one Region.

    Names in ARNs are in lower case, whatever the resource was created as, and resources are found by such an ARN.
    """

    service: ClassVar[Service]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._job_tags: dict[str, dict[str, str]] = {}
        self._created_at: dict[str, float] = {}

    @abstractmethod
    def jobs(self) -> list[InferenceRecommendationsJob]:
        """Return every job that can be seen."""

    def note_created(self, arn: str) -> None:
        """Remember when a resource was created, since its tags may be ordered to show late."""
        self._created_at[arn.lower()] = self.service.clock.now()

    def shows_tags(self, arn: str) -> bool:
        """Return whether a resource's tags show by now: the fault `late-tags` hides those of a young resource."""
        shown_from = self._created_at.get(arn.lower(), 0.0) + self.service.faults.seconds("late-tags")
        return self.service.clock.now() >= shown_from

    def shown_tags(self, arn: str) -> Mapping[str, str]:
        """Return the tags that conditions on a resource see; none where it doesn't exist."""
        if not self.shows_tags(arn):
            return {}
        try:
            if is_job(arn):
                return dict(self._tags_of(arn))
            return {tag["Key"]: tag["Value"] for tag in self._get_resource_from_arn(arn).tags or []}
        except SageMakerError:
            return {}

    def job_tags(self, arn: str) -> list[dict[str, str]]:
        """Return the tags of a job.

        Raises:
            ResourceNotFound: No such job.
        """
        tags = self._tags_of(arn) if self.shows_tags(arn) else {}
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def add_job_tags(self, arn: str, tags: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """Add tags to a job, or give those that it has a new value; return all of them.

        Raises:
            ResourceNotFound: No such job.
            ValidationException: A key is AWS's own, or there would be more than 50.
        """
        existing = self._tags_of(arn)
        existing.update(check_tags(tags, existing=existing))
        return [{"Key": key, "Value": value} for key, value in existing.items()]

    def delete_job_tags(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags from a job; keys that it doesn't have are passed over.

        Raises:
            ResourceNotFound: No such job.
        """
        existing = self._tags_of(arn)
        for key in keys:
            existing.pop(key, None)

    def add_tags(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        """Add tags to another resource, or give those that it has a new value.

        Raises:
            ValidationException: No such resource, or there would be more than 50.
        """
        resource = self._get_resource_from_arn(arn)
        existing = {tag["Key"]: tag["Value"] for tag in resource.tags or []}
        existing.update(check_tags(tags, existing=existing))
        resource.tags = [{"Key": key, "Value": value} for key, value in existing.items()]
        return list(resource.tags)

    def _tags_of(self, arn: str) -> dict[str, str]:
        if not any(job.arn == arn for job in self.jobs()):
            raise ResourceNotFound(f"Could not find Inference Recommendations Job {arn}.")
        return self._job_tags.setdefault(arn, {})

    def _get_resource_from_arn(self, arn: str) -> Any:
        prefix, _, kind_and_name = arn.rpartition(":")
        kind, _, name = kind_and_name.partition("/")
        if kind == "model-package":
            found = next((package for key, package in self.model_packages.items() if key.lower() == arn.lower()), None)
        else:
            named: Mapping[str, Mapping[str, Any]] = {
                "model": self._models,
                "endpoint": self.endpoints,
                "endpoint-config": self.endpoint_configs,
                "model-package-group": self.model_package_groups,
            }
            same = next((key for key in named.get(kind, {}) if key.lower() == name.lower()), name)
            found = super()._get_resource_from_arn(f"{prefix}:{kind}/{same}")
        if found is None:
            raise ValidationException(f'Could not find {kind} "{arn}".')
        return found


def is_job(arn: str) -> bool:
    """Return whether an ARN is an Inference Recommender job's."""
    return ":inference-recommendations-job/" in arn


def check_tags(tags: Sequence[Mapping[str, str]], *, existing: Mapping[str, str]) -> dict[str, str]:
    """Return the tags as a mapping, if the service takes them.

    Args:
        tags: The new ones.
        existing: Those that the resource has.

    Raises:
        ValidationException: A key begins with `aws:`, or there would be more than 50 tags.
    """
    new = {tag["Key"]: tag["Value"] for tag in tags}
    if any(key.lower().startswith("aws:") for key in new):
        raise ValidationException("aws: prefixed tag key names are not allowed for external use.")
    if len({**existing, **new}) > _MAX_TAGS:
        raise ValidationException(f"Too many tags: a resource can have at most {_MAX_TAGS}.")
    return new
