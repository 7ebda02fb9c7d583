"""Jobs as a test needs them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.inference_job.service import snapshot

if TYPE_CHECKING:
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot

NOW = datetime(2027, 1, 15, tzinfo=UTC)

DESCRIBED = {
    "JobName": "job",
    "JobArn": "arn",
    "Status": "IN_PROGRESS",
    "CreationTime": NOW,
    "LastModifiedTime": NOW,
}
"""What every response of `DescribeInferenceRecommendationsJob` has, as far as it is read."""


def job(**described: Any) -> JobSnapshot:
    """A job that the service describes so."""
    return snapshot(DESCRIBED | described)
