"""Node.js functions run as Lambda runs them, and find a stand-in for the SDK that Lambda brings along."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from typing import Any

import pytest

from inference_recommender_sandbox.functions.runtimes import UnsupportedRuntimeError, check_runtime

NODE = "nodejs22.x"


def _invoke(account: Any, code: str, payload: object = None, *statements: Any, **properties: Any) -> Any:
    role = account.role("lambda.amazonaws.com", *statements)
    function = account.function(code, Runtime=NODE, Role=role, **properties)
    response = account.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload or {}).encode())
    return json.loads(response["Payload"].read())


def test_it_responds_with_what_its_promise_gives(account: Any) -> None:
    code = "exports.handler = async (event, context) => ({ ...event, left: context.getRemainingTimeInMillis() });"
    result = _invoke(account, code, {"question": 1}, Timeout=7)
    assert result["question"] == 1
    assert 0 < result["left"] <= 7000


def test_a_callback_responds_too(account: Any) -> None:
    assert _invoke(account, "exports.handler = (event, context, callback) => callback(null, 'called back');") == (
        "called back"
    )


def test_an_error_is_a_function_error(account: Any) -> None:
    result = _invoke(account, "exports.handler = async () => { throw new RangeError('too far'); };")
    assert (result["errorType"], result["errorMessage"]) == ("RangeError", "too far")


def test_a_missing_module_or_handler_is_reported(account: Any) -> None:
    result = _invoke(account, "exports.handler = 1;", Handler="elsewhere.handler")
    assert result["errorType"] == "Runtime.ImportModuleError"
    assert _invoke(account, "exports.handler = 1;")["errorType"] == "Runtime.HandlerNotFound"


def test_it_sees_the_sandbox_s_clock(account: Any) -> None:
    code = "exports.handler = async () => [Date.now(), new Date().getTime(), new Date(5).getTime()];"
    account.sandbox.clock.sleep(86_400)
    before = account.sandbox.clock.now()
    now, made, given = _invoke(account, code)
    assert before * 1000 <= now <= made + 1 <= account.sandbox.clock.now() * 1000 + 1
    assert given == 5


SDK = """
const { SSM, SSMClient, GetParameterCommand, ParameterNotFound, paginateDescribeParameters } =
  require("@aws-sdk/client-ssm");
const client = new SSMClient({});
exports.handler = async ({ Name }) => {
  const { Parameter } = await client.send(new GetParameterCommand({ Name }));
  const same = (await new SSM().getParameter({ Name })).Parameter;
  const names = [];
  for await (const page of paginateDescribeParameters({ client }, { MaxResults: 1 }))
    names.push(...page.Parameters.map((each) => each.Name));
  let error;
  try { await client.send(new GetParameterCommand({ Name: "/none" })); } catch (caught) { error = caught; }
  return {
    value: Parameter.Value,
    same: same.Value,
    isDate: Parameter.LastModifiedDate instanceof Date,
    found: names.filter((each) => each.startsWith(Name)).length,
    error: [error.name, error instanceof ParameterNotFound, error.$metadata.httpStatusCode],
  };
};
"""
ALLOW_SSM = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}


def test_the_sdk_has_clients_commands_paginators_and_exceptions(account: Any) -> None:
    name = f"/{account.name()}"
    for suffix in ("", "2", "3"):
        account.client("ssm").put_parameter(Name=name + suffix, Value="value", Type="String")
    assert _invoke(account, SDK, {"Name": name}, ALLOW_SSM) == {
        "value": "value",
        "same": "value",
        "isDate": True,
        "found": 3,
        "error": ["ParameterNotFound", True, 400],
    }


def test_the_sdk_calls_with_the_function_s_own_permissions(account: Any) -> None:
    result = _invoke(account, SDK, {"Name": "/any"})
    assert result["errorType"] == "AccessDeniedException"
    assert "is not authorized to perform: ssm:GetParameter" in result["errorMessage"]


BODIES = """
const { S3 } = require("@aws-sdk/client-s3");
exports.handler = async ({ Bucket }) => {
  const s3 = new S3({});
  await s3.putObject({ Bucket, Key: "key", Body: new TextEncoder().encode("b\\u00f6dy") });
  return (await s3.getObject({ Bucket, Key: "key" })).Body.transformToString();
};
"""


def test_the_sdk_sends_and_reads_bytes(account: Any) -> None:
    bucket = account.name()
    account.client("s3").create_bucket(Bucket=bucket)
    assert _invoke(account, BODIES, {"Bucket": bucket}, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}) == (
        "b\u00f6dy"
    )


def test_an_es_module_imports_the_sdk(account: Any) -> None:
    source = 'import { S3Client } from "@aws-sdk/client-s3";\nexport const handler = async () => S3Client.name;'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.mjs", source)
    role = account.role("lambda.amazonaws.com")
    created = account.client("lambda").create_function(
        FunctionName=account.name(), Role=role, Runtime=NODE, Handler="index.handler", Code={"ZipFile": file.getvalue()}
    )
    response = account.client("lambda").invoke(FunctionName=created["FunctionArn"])
    assert json.loads(response["Payload"].read()) == "Client"


def test_a_package_that_lambda_does_not_bring_is_missing(account: Any) -> None:
    result = _invoke(account, 'require("@aws-sdk/client-nonsense"); exports.handler = 1;')
    assert "Cannot find module '@aws-sdk/client-nonsense'" in result["errorMessage"]


def test_another_runtime_is_refused(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnsupportedRuntimeError, match="the sandbox doesn't have the runtime java21; it has: Python, "):
        check_runtime("java21")
    with pytest.raises(UnsupportedRuntimeError, match="doesn't have functions of container images"):
        check_runtime("")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UnsupportedRuntimeError, match=r"the runtime nodejs22\.x needs Node\.js"):
        check_runtime(NODE)
    monkeypatch.undo()
    properties = {"Code": {"ZipFile": ""}, "Runtime": "java21", "Role": account.role("lambda.amazonaws.com")}
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    assert "the sandbox doesn't have the runtime java21" in account.reason(stack_id, "Function")
