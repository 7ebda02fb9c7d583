"""The layout of the three source roots: sizes, circles, and the direction of imports."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]
MAX_LINES = 300
MAX_MODULES = 20

HANDLER = "inference_recommendations_handler"
LIBRARY = "cdk_inference_recommender"
LEVELS: Mapping[str, Sequence[Sequence[str]]] = {
    f"constructs/{LIBRARY}": [
        ["command_line"],
        ["endpoint"],
        ["job"],
        ["jobs"],
        ["recommendation"],
        ["provider"],
        ["permissions"],
        ["cost", "cross_stack", "model"],
        ["validation"],
        ["request"],
    ],
    f"lambda/{HANDLER}": [
        ["handler"],
        ["endpoint", "lifecycle"],
        ["recommendation"],
        ["invocation"],
        ["inference_job"],
        ["jobs"],
        ["stack"],
        ["aws"],
        ["protocol"],
    ],
}
"""The rooms of a package, from the one that may import all others to the one that imports none of them."""


def packages() -> list[Path]:
    return [
        ROOT / "constructs" / LIBRARY,
        ROOT / "lambda" / HANDLER,
        ROOT / "sandbox" / "inference_recommender_sandbox",
    ]


def modules(package: Path) -> dict[str, Path]:
    """Source files by their dotted names."""
    return {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(package.rglob("*.py"))
    }


def imported(name: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    """Modules of the same package that a module needs to be imported: not those of type checkers and functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        target
        for node in _at_import(tree)
        for target in _targets(node, name if path.stem == "__init__" else name.rpartition(".")[0], known)
        if target != name and not name.startswith(f"{target}.")
    }


def _at_import(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _at_import(child)


def _targets(node: ast.Import | ast.ImportFrom, package: str, known: Mapping[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
        return
    base = node.module or ""
    if node.level:
        outer = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*outer, *([node.module] if node.module else [])])
    for alias in node.names:
        full = f"{base}.{alias.name}"
        if full in known:
            yield full
        elif base in known:
            yield base


def test_imports_are_found_however_they_are_written(tmp_path: Path) -> None:
    package = tmp_path / "p"
    for name, text in {
        "__init__": "",
        "a": "from .b import x\nfrom . import c\nimport p.d\nfrom p.e import y\n",
        "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import z\n",
        "c": "def late():\n    from .a import z\n",
        "d": "",
        "e": "",
    }.items():
        package.mkdir(exist_ok=True)
        (package / f"{name}.py").write_text(text)
    known = modules(package)
    assert imported("p.a", known["p.a"], known) == {"p.b", "p.c", "p.d", "p.e"}
    assert imported("p.b", known["p.b"], known) == set()
    assert imported("p.c", known["p.c"], known) == set()


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_no_module_is_longer_than_a_reader_likes(package: Path) -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules(package).items()}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_no_folder_is_a_wall_of_names(package: Path) -> None:
    folders = [package, *(path for path in package.rglob("*") if path.is_dir())]
    counts = {str(folder.relative_to(ROOT)): len(_named(folder)) for folder in folders}
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def _named(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.py") if path.stem not in {"__init__", "__main__"}]


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_no_imports_run_in_a_circle(package: Path) -> None:
    known = modules(package)
    graph = {name: imported(name, path, known) for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" > ".join(error.args[1]))


@pytest.mark.parametrize("package", LEVELS, ids=lambda name: name.rpartition("/")[2])
def test_imports_run_one_way(package: str) -> None:
    folder = ROOT / package
    known = modules(folder)
    level = {room: number for number, rooms in enumerate(LEVELS[package]) for room in rooms}
    rooms = {_room(name) for name in known} - {""}
    assert rooms == set(level), "name every room, and none that is gone"
    upwards = {
        f"{name} > {target}"
        for name, path in known.items()
        for target in imported(name, path, known)
        if _room(name) != _room(target) and level.get(_room(name), -1) >= level.get(_room(target), len(level))
    }
    assert upwards == set()


def _room(name: str) -> str:
    """The part of a package that a module belongs to; empty for the package itself."""
    return [*name.split("."), ""][1]
