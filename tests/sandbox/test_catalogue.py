"""The page about the sandbox says what the code says, and every test that it names is there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference_recommender_sandbox.catalogue import filled
from inference_recommender_sandbox.cloudformation.providers.supported_types import SUPPORTED_TYPES
from inference_recommender_sandbox.faults import KINDS
from inference_recommender_sandbox.iam.call_resources import Account as Place
from inference_recommender_sandbox.iam.call_resources import resources
from inference_recommender_sandbox.sagemaker.faults import fault_members

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sandbox.md"
TEXT = PAGE.read_text("utf-8")
LINKS = re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", TEXT)
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and line.count(" | ") == 3 and "](" in line]


def test_the_page_is_current() -> None:
    assert filled(TEXT) == TEXT, "run python -m inference_recommender_sandbox.catalogue docs/sandbox.md"


def test_a_page_without_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="made: operations"):
        filled(TEXT.replace("made: operations", "made: other"))


def test_every_link_leads_somewhere() -> None:
    targets = [target for _, target in LINKS if "://" not in target]
    assert targets
    assert [target for target in targets if not (PAGE.parent / target).resolve().is_file()] == []


def test_every_test_that_it_names_exists() -> None:
    named = [(text.strip("`"), PAGE.parent / target) for text, target in LINKS if target.endswith(".py")]
    defined = {
        path: {
            node.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        for path in dict.fromkeys(path for _, path in named)
    }
    assert len(named) > len(ROWS)
    assert [(name, path.name) for name, path in named if name not in defined[path] | {path.name}] == []


def test_its_commands_create_what_a_model_names(account: Account, tmp_path: Path) -> None:
    (commands,) = re.findall(r"^```sh\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "payload.tar.gz").write_bytes(b"payload")
    environment = {**os.environ, **account.sandbox.environment}
    subprocess.run(["sh", "-ec", commands], cwd=tmp_path, env=environment, check=True, timeout=120)
    container = {
        "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-model:1",
        "ModelDataUrl": "s3://my-bucket/payload.tar.gz",
    }
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    account.client("sagemaker").create_model(
        ModelName="my-model",
        ExecutionRoleArn=account.role("sagemaker.amazonaws.com", everything),
        PrimaryContainer=container,
    )


def test_every_behaviour_says_how_sure_it_is() -> None:
    assert ROWS
    for row in ROWS:
        _, source, sure, _ = row.strip("| ").split(" | ")
        kind = sure.partition(";")[0]  # what follows limits it to a part
        assert kind in {"documented", "reported", "inferred", "unknown, harsh"}, row
        assert source.strip() or kind == "unknown, harsh", row


def test_every_type_and_every_fault_has_a_row() -> None:
    for name in SUPPORTED_TYPES:
        assert f"| {name} |" in TEXT
    for kind in [*KINDS, *(kind for kind, _, _ in fault_members())]:
        assert TEXT.count(f"| `{kind}` |") == 1, kind


@pytest.mark.parametrize(
    ("operation", "class_of_it"),
    [("CreateModel", "sagemaker"), ("Invoke", "lambda"), ("LookupEvents", "cloudtrail"), ("AttachUserPolicy", "iam")],
)
def test_the_sandboxs_own_operations_are_listed(operation: str, class_of_it: str) -> None:
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| {class_of_it} | ") and operation in line]
    assert operation in row.split(" | ")[1].strip(" |").split(", ")


def test_the_resources_of_calls_are_those_that_are_authorised() -> None:
    place = Place(account_id="123456789012", region="us-east-1")
    assert resources("sqs", "SendMessage", {"QueueUrl": "q"}, place) != ["*"]
    assert "| sqs | `{}` |" in TEXT
