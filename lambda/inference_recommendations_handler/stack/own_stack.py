"""The stack of a resource, in its current state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, is_missing

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

_NO_STACK: Final = "DELETE_COMPLETE"
_MISSING: Final = "does not exist"
"""Part of CloudFormation's message, in a ValidationError."""


@dataclass(frozen=True, kw_only=True)
class OwnStack:
    """Stack that contains the resource. Methods raise what boto3 raises, except for what doesn't exist."""

    client: CloudFormationClient
    stack_id: str

    def status(self) -> str:
        """Return the `StackStatus`; `DELETE_COMPLETE` if the stack doesn't exist."""
        try:
            return self.client.describe_stacks(StackName=self.stack_id)["Stacks"][0]["StackStatus"]
        except AWS_ERRORS as error:
            if is_missing(error, _MISSING):
                return _NO_STACK
            raise

    def is_rolling_back(self) -> bool:
        """Return whether an update of the stack is rolling back."""
        return self.status().startswith("UPDATE_ROLLBACK_")

    def resource(self, logical_id: str) -> tuple[str, str]:
        """Return physical id and status of a resource; both are empty if it doesn't exist."""
        try:
            found = self.client.describe_stack_resource(StackName=self.stack_id, LogicalResourceId=logical_id)
        except AWS_ERRORS as error:
            if is_missing(error, _MISSING):
                return "", ""
            raise
        detail = found["StackResourceDetail"]
        return detail.get("PhysicalResourceId", ""), detail["ResourceStatus"]
