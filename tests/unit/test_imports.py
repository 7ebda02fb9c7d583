"""Who may import whom: the house's three roots, and what is loaded when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cdk_inference_recommender

ROOT = Path(__file__).parents[2]
CONSTRUCTS = ROOT / "constructs"
HANDLER = ROOT / "lambda"
SANDBOX = ROOT / "sandbox"
OURS = ("cdk_inference_recommender", "inference_recommendations_handler", "inference_recommender_sandbox")


def sources(root: Path) -> list[Path]:
    found = sorted(root.rglob("*.py"))
    assert found
    return found


def imported(source: Path, *, when_run: bool = False) -> set[str]:
    """Absolute names that a module imports, functions' imports included.

    Args:
        source: The module.
        when_run: Leave out what only a type checker imports.
    """
    tree = ast.parse(source.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for guard in ast.walk(tree)
        if when_run and isinstance(guard, ast.If) and ast.unparse(guard.test) == "TYPE_CHECKING"
        for statement in guard.body
        for node in ast.walk(statement)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            # `from package import module` is an import of the module.
            names |= {f"{module}.{alias.name}" for alias in node.names} if module in OURS else {module}
    return names


def of_ours(names: set[str], package: str) -> set[str]:
    return {name for name in names if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize("source", sources(HANDLER), ids=lambda path: path.stem)
def test_the_handler_imports_nothing_that_aws_lambda_doesn_t_have(source: Path) -> None:
    allowed = sys.stdlib_module_names | {"botocore", "inference_recommendations_handler"}
    assert {name.partition(".")[0] for name in imported(source, when_run=True)} <= allowed


@pytest.mark.parametrize("source", sources(HANDLER), ids=lambda path: path.stem)
def test_the_handler_imports_nothing_of_ours_beyond_itself(source: Path) -> None:
    names = imported(source)
    assert not of_ours(names, "cdk_inference_recommender") | of_ours(names, "inference_recommender_sandbox")


@pytest.mark.parametrize("source", sources(CONSTRUCTS), ids=lambda path: path.stem)
def test_the_constructs_import_only_pure_modules_of_the_handler(source: Path) -> None:
    handler = "inference_recommendations_handler"
    # The command line reads, ranks and constrains a job's results as a deployment does, and knows the same error codes.
    pure = (
        "aws.error_codes",
        "protocol.contract",
        "recommendation.choosing",
        "recommendation.constraints",
        "recommendation.job_results",
        "recommendation.latency_unit",
    )
    assert of_ours(imported(source), handler) <= {f"{handler}.{module}" for module in pure}


@pytest.mark.parametrize("source", sources(CONSTRUCTS), ids=lambda path: path.stem)
def test_the_constructs_never_import_the_sandbox(source: Path) -> None:
    assert not of_ours(imported(source), "inference_recommender_sandbox")


@pytest.mark.parametrize("source", sources(SANDBOX), ids=lambda path: path.stem)
def test_the_sandbox_imports_of_the_constructs_the_request_and_its_rules_only(source: Path) -> None:
    names = of_ours(imported(source), "cdk_inference_recommender")
    request = "cdk_inference_recommender.request"
    assert all(name == request or name.startswith(f"{request}.") for name in names), names


@pytest.mark.parametrize("folder", [CONSTRUCTS, HANDLER, SANDBOX], ids=lambda path: path.name)
def test_a_source_root_is_no_package(folder: Path) -> None:
    # A package of this name would hide the one that the CDK needs, or make `lambda` importable by luck only.
    assert not (folder / "__init__.py").exists()


def test_no_folder_of_tests_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def lazy_names() -> dict[str, str]:
    """Public names and the modules that they come from, as a type checker sees them."""
    tree = ast.parse(Path(cdk_inference_recommender.__file__).read_text(encoding="utf-8"))
    (guard,) = (node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module).removeprefix("cdk_inference_recommender.")
        for node in guard.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_every_public_name_is_known_to_users_type_checkers_and_the_importer_alike() -> None:
    names = cdk_inference_recommender.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))
    assert lazy_names() == cdk_inference_recommender._MODULES
    assert lazy_names().keys() == set(cdk_inference_recommender.__all__) == set(dir(cdk_inference_recommender))


@pytest.mark.parametrize("name", cdk_inference_recommender.__all__)
def test_a_public_name_can_be_imported(name: str) -> None:
    public = getattr(cdk_inference_recommender, name)
    assert isinstance(public, str) if name.isupper() else public.__name__ == name


def test_another_name_is_missing_in_the_usual_words() -> None:
    with pytest.raises(AttributeError, match="module 'cdk_inference_recommender' has no attribute 'Nothing'"):
        _ = cdk_inference_recommender.Nothing


@pytest.mark.parametrize(
    "module",
    [
        "cdk_inference_recommender",
        "cdk_inference_recommender.request",
        "cdk_inference_recommender.command_line",
        "inference_recommendations_handler.protocol.contract",
    ],
)
def test_nothing_but_a_construct_starts_node_js(module: str) -> None:
    program = f"import sys, {module}; print([name for name in ('jsii', 'aws_cdk') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [["python", "-m", "pytest"], ["pytest"]], ids=" ".join)
def test_tests_can_be_started_either_way(command: list[str]) -> None:
    """With `python -m`, the checkout itself comes first on the path, and `constructs/` is in it."""
    program = Path(sys.executable).with_name(command[0])
    test = f"{__file__}::test_the_cdk_finds_the_package_that_it_needs"
    done = subprocess.run(
        [str(program), *command[1:], "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cdk_finds_the_package_that_it_needs() -> None:
    import aws_cdk  # noqa: PLC0415 -- the import is what is tested
    import constructs  # noqa: PLC0415 -- the import is what is tested

    assert aws_cdk.App is not None
    assert constructs.__file__ is not None
    assert ROOT / "constructs" not in Path(constructs.__file__).parents
