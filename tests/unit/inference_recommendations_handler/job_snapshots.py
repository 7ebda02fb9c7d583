"""Jobs for tests."""

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
"""Members of every response of `DescribeInferenceRecommendationsJob` that the handler reads."""


def job(**described: Any) -> JobSnapshot:
    """Return a job with these members in its description."""
    return snapshot(DESCRIBED | described)
