"""The public names with their docstrings as one page, for who reads without an editor or the site.

`public_api.txt` lists the same names without their descriptions, so that a change of one is seen at a glance.

To make it again: `python -m tests.unit.cdk_inference_recommender.test_api_page`.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cdk_inference_recommender
from cdk_inference_recommender.validation.factory_made import FactoryMade

from .test_public_api import constructor, members, owners

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE: Final = Path(__file__).parents[3] / "API.md"
INTRODUCTION: Final = """\
# API

<!-- Made by: python -m tests.unit.cdk_inference_recommender.test_api_page -->

Every public name of `cdk_inference_recommender`, with its docstring. Types are those of `aws_cdk` and `constructs`.

"""
SECTIONS: Final = ("Args", "Attributes", "Returns", "Raises", "Example")
LINE: Final = 100
_SECTION: Final = re.compile(rf"^({'|'.join(SECTIONS)}):\n((?:(?: .*)?\n)*)", re.MULTILINE)
_ITEM: Final = re.compile(r"^ {4}(\*{0,2}\w+): ((?:.*\n?)(?: {5,}.*\n?)*)", re.MULTILINE)


def markdown(docstring: str | None) -> str:
    """A docstring of Google's style as Markdown."""
    text = inspect.cleandoc(docstring or "") + "\n"
    return _SECTION.sub(lambda section: f"**{section[1]}**\n\n{_body(section[1], section[2])}\n", text).strip()


def _body(name: str, body: str) -> str:
    if name in {"Example", "Returns"}:
        return textwrap.dedent(body)
    items = ((item[1], " ".join(item[2].split())) for item in _ITEM.finditer(body))
    return "".join(f"- `{item}`: {text}\n" for item, text in items)


def descriptions(public: type) -> Mapping[str, str]:
    """Docstrings of a class's own attributes: the strings that stand below them."""
    found: dict[str, str] = {}
    for owner in reversed(owners(public)):
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        for node in ast.walk(tree):
            body = getattr(node, "body", [])
            for statement, below in pairwise(body) if isinstance(body, list) else ():
                target = _target(statement)
                if target and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                    found[target] = inspect.cleandoc(str(below.value.value))
    return found


def _target(statement: ast.AST) -> str | None:
    match statement:
        case (
            ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name))
            | ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)])
        ):
            return name
    return None


def signature(lines: list[str]) -> str:
    """The lines that `public_api.txt` has of a function, as Python writes them."""
    head = re.sub(r"^(def|classmethod|staticmethod) ", "", lines[0])
    parameters = [line.strip() for line in lines[1:-1]]
    returned = lines[-1].strip().removeprefix("-> ")
    result = f" -> {returned}" if returned not in {"", "None"} else ""
    short = f"{head}({', '.join(parameters)}){result}"
    if len(short) <= LINE:
        return short
    return "\n".join([f"{head}(", *(f"    {each}," for each in parameters), f"){result}"])


def code(text: str) -> str:
    return f"```text\n{text}\n```\n"


def class_page(name: str, public: type) -> Iterator[str]:
    made = list(constructor(public))
    if made and made[0] == "__init__":
        yield code(signature([name, *made[1:]]))
        yield markdown(vars(public).get("__doc__")) + "\n"
        yield markdown(inspect.getdoc(public.__init__)) + "\n"  # type: ignore[misc]
    elif made and made[0].startswith("field ") and not issubclass(public, FactoryMade):
        shown = [line.removeprefix("field ").removesuffix(" (positional)") for line in made]
        yield code(signature([name, *shown, ""]))
        yield markdown(vars(public).get("__doc__")) + "\n"
    else:
        yield markdown(vars(public).get("__doc__")) + "\n"
    yield from attributes(public)
    for member, lines in sorted(members(public)):
        if len(lines) > 1:
            value: Any = inspect.getattr_static(public, member)
            kind = f" ({type(value).__name__})" if isinstance(value, classmethod | staticmethod) else ""
            yield f"### {name}.{member}{kind}\n\n{code(signature(lines))}"
            yield markdown(inspect.getdoc(getattr(public, member))) + "\n"


def attributes(public: type) -> Iterator[str]:
    texts = descriptions(public)
    listed = []
    for member, lines in sorted(members(public)):
        if len(lines) == 1:
            value = inspect.getattr_static(public, member, None)
            text = inspect.getdoc(value) if isinstance(value, property) else texts.get(member)
            described = " ".join(markdown(text).split())
            listed.append(f"- `{lines[0]}`" + (f": {described}" if described else ""))
    if listed:
        yield "\n".join(["**Members**\n", *listed, ""])


def api_page() -> str:
    names = sorted(cdk_inference_recommender.__all__, key=str.lower)
    yielded = [INTRODUCTION, *(f"- [{name}](#{name.lower()})\n" for name in names)]
    for name in names:
        public = getattr(cdk_inference_recommender, name)
        yielded.append(f"\n## {name}\n\n")
        if isinstance(public, type):
            yielded.append("\n".join(class_page(name, public)))
        else:
            yielded.append(f"`{public!r}`\n")
    return "".join(yielded).rstrip("\n") + "\n"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == api_page(), __doc__


def test_it_has_what_an_editor_shows() -> None:
    page = api_page()
    assert "\n### InferenceRecommendationsJob.from_job_name (classmethod)\n" in page
    assert "- `max_cost_per_hour`: USD, the service's estimate; of one instance, as the service gives it.\n" in page
    assert "- `COST_PER_HOUR = 'CostPerHour'`: Lowest estimated cost of an hour, in USD.\n" in page
    assert "\n**Raises**\n\n- `ValidationError`: " in page
    assert "Args:" not in page


if __name__ == "__main__":
    PAGE.write_text(api_page(), encoding="utf-8")
