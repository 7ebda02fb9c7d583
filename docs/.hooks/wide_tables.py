"""Gives the widest tables the place of their page's table of contents, which a narrow screen has in its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

WIDE: Final = ("compliance.md", "iam.md", "sandbox.md")


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return a page's text as it is.

    Args:
        markdown: The page's text.
        page: The page.
    """
    if page.file.src_uri in WIDE:
        page.meta["hide"] = ["toc"]
    return markdown
