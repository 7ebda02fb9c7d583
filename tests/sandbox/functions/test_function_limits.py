"""A function's configuration has the ranges that Lambda's has, in templates as in the API."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ({"Timeout": 901}, "'901' at 'timeout' failed to satisfy constraint: Member must have value less than or"),
        ({"Timeout": 0}, "'0' at 'timeout' failed to satisfy constraint: Member must have value greater than or"),
        ({"MemorySize": 10_241}, "'10241' at 'memorySize' failed to satisfy constraint: Member must have value less"),
        ({"MemorySize": 127}, "'127' at 'memorySize' failed to satisfy constraint: Member must have value greater"),
        ({"Environment": {"Variables": {"A": "x" * 4096}}}, "exceeded the 4KB limit"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request: AWS_REGION"),
    ],
)
def test_a_configuration_out_of_range_is_refused(account: Any, configuration: dict[str, Any], reason: str) -> None:
    common = {"Role": account.role("lambda.amazonaws.com"), "Runtime": "python3.13", "Handler": "index.handler"}
    properties = {"Code": {"ZipFile": "handler = None"}, **common, **configuration}
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    assert reason in account.reason(stack_id, "Function")
    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    created = {"FunctionName": account.name(), "Code": {"ZipFile": code.getvalue()}, **common}
    functions = boto3.client(
        "lambda",
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(parameter_validation=False),
    )
    with pytest.raises(ClientError) as refused:
        functions.create_function(**created, **configuration)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert reason in refused.value.response["Error"]["Message"]
    functions.create_function(**created)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        functions.update_function_configuration(FunctionName=created["FunctionName"], **configuration)


def test_a_role_that_lambda_may_not_assume_is_refused_by_the_api(account: Any) -> None:
    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    created = {"Code": {"ZipFile": code.getvalue()}, "Runtime": "python3.13", "Handler": "index.handler"}
    functions, name, good = account.client("lambda"), account.name(), account.role("lambda.amazonaws.com")
    bad_roles = (account.role("ec2.amazonaws.com"), good.replace(":role/", ":role/elsewhere/"))
    words = "The role defined for the function cannot be assumed by Lambda."
    for role in bad_roles:
        with pytest.raises(ClientError) as refused:
            functions.create_function(FunctionName=name, Role=role, **created)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert refused.value.response["Error"]["Message"] == words
    functions.create_function(FunctionName=name, Role=good, **created)
    for role in bad_roles:
        with pytest.raises(ClientError, match=words):
            functions.update_function_configuration(FunctionName=name, Role=role)
    assert functions.get_function_configuration(FunctionName=name)["Role"] == good
