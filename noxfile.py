"""Runs of the tests that need environments of their own: `make matrix` and `make coverage`."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
OLDEST, *OTHERS = nox.project.python_versions(PROJECT, max_version="3.15")
"""Those that `requires-python` allows. One that isn't on the machine is skipped."""

TOOLS = ("cfn-lint", "hatchling", "hypothesis", "pytest", "pytest-xdist")
"""Of the extra `test`. Some of the others need a botocore of their own."""

LIBRARY = "tests/unit/cdk_inference_recommender"
HANDLER = "tests/unit/inference_recommendations_handler"
ROW = (
    "tests/matrix/lowest_versions.py",
    f"{LIBRARY}/request",
    f"{LIBRARY}/test_cli_input.py",
    f"{LIBRARY}/test_example_applications.py",
    f"{LIBRARY}/test_installed_wheel.py",
    f"{LIBRARY}/test_recommendations.py",
    f"{LIBRARY}/test_recommended_endpoint.py",
    f"{LIBRARY}/test_resources.py",
    f"{LIBRARY}/test_valid_templates.py",
    f"{HANDLER}/recommendation",
    f"{HANDLER}/test_handler.py",
)
"""What a version of a dependency can break: imports, synthesis, valid templates, documents, the wheel, the handler."""

ROOTS = ("constructs", "lambda", "sandbox")
MEASURED = """\
import os, coverage; os.environ.update({0!r}); coverage.process_startup(); [os.environ.pop(name) for name in {0!r}]
"""


@nox.session(python=[OLDEST, *OTHERS], download_python="never")
@nox.parametrize("resolution", [nox.param("lowest-direct", id="lowest"), nox.param("highest", id="newest")])
def matrix(session: nox.Session, resolution: str) -> None:
    """Test with the lowest, or the newest, version of each dependency that pyproject.toml allows."""
    declared = PROJECT["project"]["optional-dependencies"]["test"]
    tools = [requirement for requirement in declared if requirement.startswith(TOOLS)]
    session.install("--resolution", resolution, "--editable", ".[html,sandbox]", *tools)
    # Not among the tools, since the lowest version of pip is from 2008.
    session.install("pip")
    environment = {"HYPOTHESIS_PROFILE": "few", "PYTHONPATH": "", "RESOLUTION": resolution}
    session.run(
        "python", "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *(session.posargs or ROW), env=environment
    )


@nox.session(python=OLDEST, download_python="never", default=False)
def coverage(session: nox.Session) -> None:
    """Measure which branches of the three roots the tests reach, in every process that they start."""
    session.install(
        "--constraint", "constraints.txt", "--editable", ".[bench,compliance,coverage,html,sandbox,test]", "pip"
    )
    data = ROOT / ".nox" / "coverage-data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    environment = {"COVERAGE_FILE": str(data / "coverage"), "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml")}
    # Every process of this environment is measured from its start. The sandbox gives a function an environment of its
    # own, which has to stay as it is.
    packages = session.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", silent=True)
    start = Path(str(packages).strip()) / "a0_measured.pth"
    start.write_text(MEASURED.format(environment), encoding="utf-8")
    tests = session.posargs or ["-n", "3", "--dist", "loadfile", "tests", "--ignore", "tests/lambda_runtime"]
    # `make test` is the judge of failures; some tests need more time than a measured process has.
    session.run("python", "-m", "pytest", "-q", *tests, env={"PYTHONPATH": ""}, success_codes=[0, 1])
    start.unlink()
    session.run("coverage", "combine", "--quiet", env=environment)
    for root in ROOTS:
        session.run("coverage", "report", f"--include={root}/*", env=environment)
