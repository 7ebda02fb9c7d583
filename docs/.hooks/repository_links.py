"""Links of the site's pages into the rest of the repository.

The pages are read in the repository, too, where a link may lead to any file. The site has the files of `PAGES`, and a
page with the source of each example. A link to another file that exists becomes the file's name; one to a file that
doesn't exist stays, and fails the build.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = "docs"
PAGES: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Files of the repository's root that the site has as pages."""
SOURCES: Final = tuple(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "app.py", *sorted((ROOT / "examples").glob("*.*")))
)
"""Files whose source the site shows, each on a page of its own."""
_LINK: Final = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the repository's root, and those of the examples' sources.

    Args:
        files: What the site has.
        config: The site's configuration.
    """
    for name in PAGES:
        files.append(File.generated(config, name, content=(ROOT / name).read_text(encoding="utf-8")))
    for name in SOURCES:
        files.append(File.generated(config, f"{name}.md", content=_source_page(name)))
    return files


def _source_page(name: str) -> str:
    source, kind = (ROOT / name).read_text(encoding="utf-8"), name.rpartition(".")[2]
    up = posixpath.relpath("examples.md", posixpath.dirname(name) or ".")
    wide = "---\nhide:\n  - toc\n---\n\n"
    return f"{wide}# {posixpath.basename(name)}\n\n[All examples]({up})\n\n```{kind}\n{source}```\n"


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return a page's text with links that work on the site.

    Args:
        markdown: The page's text.
        page: The page.
    """
    name = page.file.src_uri
    if name.removesuffix(".md") in SOURCES:
        return markdown
    source = name if name in PAGES else posixpath.join(DOCS, name)
    return _LINK.sub(lambda link: _of_the_site(link, name, source), markdown)


def _of_the_site(link: re.Match[str], page: str, source: str) -> str:
    path, hash_mark, anchor = link["target"].partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return link[0]
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if target.startswith(f"{DOCS}/"):
        on_site = target.removeprefix(f"{DOCS}/")
    elif target in PAGES:
        on_site = target
    elif target in SOURCES:
        on_site = f"{target}.md"
    else:
        return link["text"] if (ROOT / target).exists() else link[0]
    shown = posixpath.relpath(on_site, posixpath.dirname(page) or ".")
    return f"[{link['text']}]({shown}{hash_mark}{anchor})"
