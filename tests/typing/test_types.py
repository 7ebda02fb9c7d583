"""What type checkers say of apps as users write them: pyright here, and mypy where it checks the whole checkout."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
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
VALID = HERE / "valid_app.py"
ROOM = ("--initial-heap-size=2000", "--min-semi-space-size=64", "--max-semi-space-size=128")
"""What V8 may take before it collects garbage, which pyright doesn't have: a fifth of its time."""


def test_mypy_checks_both_apps_strictly_with_everything_else() -> None:
    # `make test` runs it beside the tests. Strict means an error for every ignored line that has no mistake.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert "tests" in settings["files"]
    assert not {"exclude", "warn_unused_ignores"} & set(settings)
    assert not [module for each in settings["overrides"] for module in each["module"] if module.startswith("tests")]
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^lint:.*\n(\t.+\n)*\t@mypy\n", recipes, re.MULTILINE)
    assert re.search(r"^test:.*\n(\t.+\n)*\t@\$\(MAKE\) .*lint & ", recipes, re.MULTILINE)


def test_pyright_accepts_the_valid_app_and_finds_each_mistake_of_the_invalid_one() -> None:
    pyright = ROOT / "node_modules" / "pyright" / "index.js"
    assert pyright.exists(), "npm ci installs it"
    command: list[str | Path] = ["node", *ROOM, pyright, "--project", HERE, "--pythonpath", sys.executable]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert finished.returncode == 0, finished.stdout + finished.stderr


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
