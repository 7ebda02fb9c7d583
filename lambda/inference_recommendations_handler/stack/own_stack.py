"""The stack that a resource belongs to, as CloudFormation sees it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, kind_of, says

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

_NO_STACK: Final = "DELETE_COMPLETE"


@dataclass(frozen=True, kw_only=True)
class OwnStack:
    """Its methods raise what boto3 raises, but for what doesn't exist."""

    client: CloudFormationClient
    stack_id: str

    def status(self) -> str:
        """Its `StackStatus`; `DELETE_COMPLETE` where it is gone."""
        try:
            return self.client.describe_stacks(StackName=self.stack_id)["Stacks"][0]["StackStatus"]
        except AWS_ERRORS as error:
            if _is_missing(error):
                return _NO_STACK
            raise

    def is_rolling_back(self) -> bool:
        """Return whether an update of it is being rolled back."""
        return self.status().startswith("UPDATE_ROLLBACK_")

    def resource(self, logical_id: str) -> tuple[str, str]:
        """Physical id and status of one of its resources; both empty where there is none."""
        try:
            found = self.client.describe_stack_resource(StackName=self.stack_id, LogicalResourceId=logical_id)
        except AWS_ERRORS as error:
            if _is_missing(error):
                return "", ""
            raise
        detail = found["StackResourceDetail"]
        return detail.get("PhysicalResourceId", ""), detail["ResourceStatus"]


def _is_missing(error: Exception) -> bool:
    # CloudFormation's words for it, under ValidationError.
    return kind_of(error) is ErrorKind.PERMANENT and says(error, "does not exist")
