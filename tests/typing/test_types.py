"""What mypy and pyright say of apps as users write them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cdk_inference_recommender as ir
from cdk_inference_recommender.endpoint.props.endpoint_props import ENDPOINT_PROPS
from cdk_inference_recommender.job.props.job_props import JOB_PROPS
from tests.unit.test_pages import blocks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VALID, INVALID = HERE / "valid_app.py", HERE / "invalid_app.py"


def run(*command: str | Path) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_mypy_accepts_the_valid_app_and_finds_each_mistake_of_the_invalid_one() -> None:
    # Strict, and with an error for every ignored line that has no mistake: see pyproject.toml.
    run(sys.executable, "-m", "mypy", VALID, INVALID)


def test_pyright_accepts_the_valid_app_and_finds_each_mistake_of_the_invalid_one() -> None:
    pyright = shutil.which("pyright", path=ROOT / "node_modules" / ".bin")
    assert pyright is not None, "npm ci installs it"
    run(pyright, "--project", HERE, "--pythonpath", sys.executable)


def test_the_valid_app_uses_every_public_name_and_sets_every_prop() -> None:
    nodes = list(ast.walk(ast.parse(VALID.read_text())))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    props = {keyword.arg for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords}
    assert not set(ir.__all__) - names
    assert not (JOB_PROPS | ENDPOINT_PROPS) - props


def test_the_readme_s_first_example_is_among_what_is_checked() -> None:
    imports, *example = ast.parse(blocks_of("README.md")[0]).body
    assert ast.unparse(imports) == "import cdk_inference_recommender as ir"
    (method,) = (node for node in ast.walk(ast.parse(VALID.read_text())) if is_named(node, "declare"))
    assert isinstance(method, ast.FunctionDef)
    assert statements(method.body) == statements(example)


def is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def statements(nodes: Sequence[ast.AST]) -> list[str]:
    return [ast.unparse(node) for node in nodes]
