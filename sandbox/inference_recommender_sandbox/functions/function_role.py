"""The role that a function runs as."""

from __future__ import annotations

from inference_recommender_sandbox.iam.authorization import trusts_service


class FunctionRoleError(Exception):
    """Lambda can't assume a function's role; the text is AWS's."""


def check_function_role(role_arn: str, account_id: str) -> None:
    """Make sure that a role exists and that its trust policy lets Lambda assume it.

    Raises:
        FunctionRoleError: If not.
    """
    if not trusts_service(account_id=account_id, role_arn=role_arn, service="lambda.amazonaws.com", context={}):
        raise FunctionRoleError("The role defined for the function cannot be assumed by Lambda.")
