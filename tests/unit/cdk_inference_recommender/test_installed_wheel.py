"""What is installed from the wheel does the same as the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from .synthesis import Json, resources

ROOT = Path(__file__).parents[3]
SYNTHESISE = """
import json, runpy, sys
import cdk_inference_recommender, inference_recommendations_handler
print(json.dumps([cdk_inference_recommender.__file__, inference_recommendations_handler.__file__]))
sys.path.append(sys.argv[1])
runpy.run_module("app", run_name="__main__")
"""


def synthesise(output: Path, *, path: Path | None) -> tuple[list[Path], dict[str, Json]]:
    """Run the example application elsewhere, with or without another place to import from first."""
    elsewhere = output.parent / f"{output.name}-cwd"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"CDK_OUTDIR": str(output)} | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(
        [sys.executable, "-c", SYNTHESISE, str(ROOT)],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules = [Path(module) for module in json.loads(done.stdout.splitlines()[0])]
    templates = {path.name: json.loads(path.read_text()) for path in output.glob("*.template.json")}
    return modules, templates


PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
OFFLINE = ["--no-deps", "--no-index"]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed with bytecode, as pip does it."""
    target = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", *OFFLINE, "--compile", "--target", str(target), str(wheel)], check=True)
    return target


def distributions(folder: Path) -> list[Path]:
    """Wheel and source distribution, built from this checkout as for a release."""
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return distributions(tmp_path_factory.mktemp("released"))


@pytest.fixture(scope="module")
def wheel(released: list[Path]) -> Path:
    """The wheel that would be released."""
    (wheel,) = (path for path in released if path.suffix == ".whl")
    return wheel


@pytest.mark.skipif(find_spec("twine") is None, reason="twine isn't installed")
def test_pypi_would_show_both_distributions(released: list[Path]) -> None:
    assert [path.suffix for path in released] == [".whl", ".gz"]
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, released)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_both_are_built_reproducibly(released: list[Path], tmp_path: Path) -> None:
    again = {path.name: path.read_bytes() for path in distributions(tmp_path)}
    assert {path.name: path.read_bytes() for path in released} == again


def test_the_source_distribution_has_what_the_readme_links_to(released: list[Path]) -> None:
    with tarfile.open(released[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", readme) if "://" not in target}
    assert linked
    assert linked - names == set()
    assert not {name for name in names if name.startswith((".venv", "node_modules", "site/"))}


def test_the_wheel_has_the_packages_and_their_types(installed: Path) -> None:
    packages = {"cdk_inference_recommender", "inference_recommendations_handler", "inference_recommender_sandbox"}
    assert packages == {path.name for path in installed.iterdir() if path.is_dir() and path.suffix == ""} - {"bin"}
    assert all((installed / package / "py.typed").exists() for package in packages)


def test_the_example_application_is_the_same_from_the_wheel_and_so_is_the_function(
    installed: Path, wheel: Path, tmp_path: Path
) -> None:
    handler = installed / "inference_recommendations_handler"
    assert list(handler.rglob("*.pyc")), "pip has compiled it, which must not change the function"
    modules, from_wheel = synthesise(tmp_path / "wheel", path=installed)
    assert all(installed in module.parents for module in modules)
    modules, from_checkout = synthesise(tmp_path / "checkout", path=None)
    assert all(ROOT in module.parents for module in modules)
    assert from_wheel == from_checkout
    modules, from_zip = synthesise(tmp_path / "zip", path=wheel)
    assert all(wheel in module.parents for module in modules), "a wheel is a zip, from which Python can import"
    assert from_zip == from_checkout
    functions = [
        function["Properties"]["Code"]["S3Key"]
        for template in from_wheel.values()
        for function in resources(template, "AWS::Lambda::Function").values()
    ]
    assert len(functions) >= 2
    assert len(set(functions)) == 1
