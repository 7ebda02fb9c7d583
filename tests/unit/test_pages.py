"""The Python code of the README and of every page runs, and their links lead somewhere.

The blocks of a page run one after the other and share their names, each in a construct of its own, so that ids may be
used again. What a reader has in her own app is given (`_given_names`). An app that a block makes is synthesised, and
its test functions are called.
"""

from __future__ import annotations

import json
import re
import shlex
import textwrap
import tomllib
from pathlib import Path
from typing import Any, Final

import aws_cdk
import pytest
from aws_cdk import aws_cloudwatch, aws_ecr, aws_iam, aws_s3, aws_sagemaker, aws_ssm
from constructs import Construct

import cdk_inference_recommender
from cdk_inference_recommender.command_line.run_command import _parser as command_parser
from inference_recommender_sandbox.command import _parser as sandbox_parser

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/7"
WRITTEN_FOR_THE_REPOSITORY: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "API.md")
PAGES: Final = [
    str(path.relative_to(ROOT))
    for path in (
        ROOT / "README.md",
        *(ROOT / name for name in WRITTEN_FOR_THE_REPOSITORY),
        *sorted((ROOT / "docs").rglob("*.md")),
    )
]
_BLOCK: Final = re.compile(r"^(?P<indent> *)```python\n(?P<code>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
_CODE: Final = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_FENCE: Final = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_NEITHER_LETTERS_NOR_SPACES: Final = re.compile(r"[^\w\s-]")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks_of(page: str) -> list[str]:
    return [textwrap.dedent(block["code"]) for block in _BLOCK.finditer(text_of(page))]


def with_blocks() -> list[str]:
    return [page for page in PAGES if page != "API.md" and blocks_of(page)]


def given_names(stack: aws_cdk.Stack) -> dict[str, Any]:
    """What the pages leave out because a reader has it."""
    return {
        "__name__": "page",
        "ir": cdk_inference_recommender,
        "cdk": aws_cdk,
        "App": aws_cdk.App,
        "Duration": aws_cdk.Duration,
        "Size": aws_cdk.Size,
        "Stack": aws_cdk.Stack,
        "Path": Path,
        "cloudwatch": aws_cloudwatch,
        "ecr": aws_ecr,
        "iam": aws_iam,
        "s3": aws_s3,
        "sagemaker": aws_sagemaker,
        "ssm": aws_ssm,
        "stack": stack,
        "package": PACKAGE,
        "model": cdk_inference_recommender.ModelSource.from_model_package(PACKAGE),
        "bucket": aws_s3.Bucket.from_bucket_name(stack, "Bucket", "bucket"),
        "repository": aws_ecr.Repository.from_repository_name(stack, "Images", "images"),
        "job": cdk_inference_recommender.InferenceRecommendationsJob.from_job_name(stack, "Job", "churn"),
        "client": aws_iam.Role.from_role_name(stack, "Client", "client"),
    }


def run(blocks: list[str], stack: aws_cdk.Stack, page: str) -> dict[str, Any]:
    """Run code in a stack and return the names that it leaves."""
    names = given_names(stack)
    for number, block in enumerate(blocks, start=1):
        # A block that makes an app of its own has a stack of its own, too.
        names["self"] = Construct(stack, f"Example{number}")
        exec(compile(block, f"{page}, block {number}", "exec"), names)  # noqa: S102 -- our own pages
        for name in [name for name in names if name.startswith("test_")]:
            names.pop(name)()
    return names


def test_the_first_page_says_what_the_blocks_of_the_others_leave_out() -> None:
    home = text_of("docs/index.md").partition("## In the examples")[2]
    imported: dict[str, Any] = {}
    for block in _BLOCK.finditer(home):
        exec(block["code"], imported)  # noqa: S102 -- our own page
    explained = {*imported, *re.findall(r"`(\w+)`", home)}
    assert given_names(aws_cdk.Stack()).keys() - explained - {"__name__"} == set()


def messages_of(app: aws_cdk.App) -> list[str]:
    """The library's warnings that `cdk synth` would print; errors are raised."""
    found = [
        f"{message.id}: {message.entry.data}"
        for artifact in app.synth().stacks_recursively
        for message in artifact.messages
    ]
    return [message for message in found if "cdk-inference-recommender:" in message]


@pytest.mark.parametrize("page", with_blocks())
def test_the_code_of_a_page_runs_and_synthesises_without_a_problem(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pages read files of the reader's own folder.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.json").write_text(
        json.dumps(
            {
                "JobName": "churn",
                "JobType": "Default",
                "RoleArn": "arn:aws:iam::111122223333:role/sagemaker",
                "InputConfig": {"ModelPackageVersionArn": PACKAGE},
            }
        )
    )
    app = aws_cdk.App()
    names = run(blocks_of(page), aws_cdk.Stack(app, "Stack"), page)
    apps = {id(value): value for value in (app, *names.values()) if isinstance(value, aws_cdk.App)}
    assert [message for each in apps.values() for message in messages_of(each)] == []


def test_the_readme_s_first_example_has_job_and_endpoint() -> None:
    app = aws_cdk.App()
    run(blocks_of("README.md")[:1], aws_cdk.Stack(app, "Stack"), "README.md")
    assert {"Custom::InferenceRecommendationsJob", "AWS::SageMaker::Endpoint"} <= {
        resource["Type"] for resource in app.synth().get_stack_by_name("Stack").template["Resources"].values()
    }


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    prose = _CODE.sub("", text_of(page))
    broken = []
    for target in _LINK.findall(prose):
        path, _, anchor = target.partition("#")
        if "://" in target or (page == "API.md" and not path):
            continue
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def anchors_of(page: Path) -> set[str]:
    """Ids of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {_NEITHER_LETTERS_NOR_SPACES.sub("", heading).strip().lower().replace(" ", "-") for heading in headings}


def commands_of(page: str) -> list[list[str]]:
    """Arguments of `inference-recommender` in a page's shell code, with what a synopsis puts into brackets."""
    found = []
    for block in re.findall(r"^ *```sh\n(.*?)^ *```$", text_of(page), flags=re.DOTALL | re.MULTILINE):
        for line in re.findall(r"^inference-recommender (.*)$", block.replace("\\\n", ""), flags=re.MULTILINE):
            written = re.sub(r"\[([^]|]*)[^]]*\]", r"\1", line.partition(" > ")[0])
            words = shlex.split(written.replace("--port N", "--port 1"), comments=True)
            found.append(words)
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_the_command_line_takes_what_a_page_shows(page: str) -> None:
    for words in commands_of(page):
        parser = sandbox_parser() if words[0] == "sandbox" else command_parser()
        arguments = words[1 : words.index("--")] if words[0] == "sandbox" else words
        try:
            parser.parse_args(arguments)
        except SystemExit:
            pytest.fail(f"inference-recommender {shlex.join(words)}")


def test_the_readme_is_for_a_reader_in_a_hurry() -> None:
    assert len(text_of("README.md").splitlines()) < 200


def test_the_pages_name_the_cdk_that_the_package_needs() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    (needed,) = [re.findall(r">=(\d+\.\d+)", each) for each in dependencies if each.startswith("aws-cdk-lib")]
    named = {page: re.findall(r"`aws-cdk-lib` (\d+\.\d+)", text_of(page)) for page in PAGES}
    assert {page: versions for page, versions in named.items() if versions} == {
        "README.md": needed,
        "docs/upgrades.md": needed,
    }


def test_the_architecture_names_every_package() -> None:
    page = text_of("docs/architecture.md")
    packages = [
        path.name
        for root in (
            "constructs/cdk_inference_recommender",
            "lambda/inference_recommendations_handler",
            "sandbox/inference_recommender_sandbox",
        )
        for path in (ROOT / root).iterdir()
        if (path / "__init__.py").exists()
    ]
    assert len(packages) > 20
    assert [name for name in packages if f"`{name}/`" not in page] == []
    diagram = page.partition("```text\n")[2].partition("```")[0]
    assert {name for name in re.findall(r"(\w+)/", diagram) if name not in packages} == {"constructs", "lambda"}


def test_the_site_s_reference_has_every_public_name_once() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    listed = re.findall(r"^::: cdk_inference_recommender\.(\w+)$", pages, flags=re.MULTILINE)
    assert sorted(listed) == sorted(cdk_inference_recommender.__all__)


def test_the_site_s_navigation_has_every_page_once() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r"([\w/-]+\.md)$", navigation, flags=re.MULTILINE)
    own = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted([*own, "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])


@pytest.mark.parametrize("page", PAGES)
def test_code_in_a_list_is_part_of_its_item_on_the_site_too(page: str) -> None:
    # Python-Markdown takes four columns for each level; GitHub would be content with two.
    indents = {len(indent) for indent in re.findall(r"^( *)```", text_of(page), flags=re.MULTILINE)}
    assert [indent for indent in indents if indent % 4] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_list_begins_after_an_empty_line(page: str) -> None:
    # To Python-Markdown, what looks like an item within a paragraph is the paragraph's text.
    paragraphs = re.split(r"\n\s*\n", _FENCE.sub("", text_of(page)))
    assert [
        text for text in paragraphs if re.search(r"^(?!\s*- |\|)[^\n]+\n(?:[^\n]+\n)*?\s*- ", text.lstrip("\n"))
    ] == []
