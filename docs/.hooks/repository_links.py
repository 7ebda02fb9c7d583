"""Links of the site's pages into the rest of the repository.

The pages are read in the repository, too, where a link may lead to any file. The site has the files of `PAGES`. A link
to another file that exists becomes the file's name; one to a file that doesn't exist stays, and fails the build.
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
_LINK: Final = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the repository's root.

    Args:
        files: What the site has.
        config: The site's configuration.
    """
    for name in PAGES:
        files.append(File.generated(config, name, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return a page's text with links that work on the site.

    Args:
        markdown: The page's text.
        page: The page.
    """
    name = page.file.src_uri
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
    else:
        return link["text"] if (ROOT / target).exists() else link[0]
    shown = posixpath.relpath(on_site, posixpath.dirname(page) or ".")
    return f"[{link['text']}]({shown}{hash_mark}{anchor})"
