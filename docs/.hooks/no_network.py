"""The site works without network: a page that loads something from elsewhere fails the build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mkdocs.exceptions import PluginError

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_LOADED: Final = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=["'](?:https?:)?//[^"']*"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*\bhref=["'](?:https?:)?//[^"']*"""
)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Return a page as it is.

    Args:
        output: The page's HTML.
        page: The page.

    Raises:
        PluginError: It loads something from the network.
    """
    loaded = _LOADED.search(output)
    if loaded:
        raise PluginError(f"{page.file.src_uri}: {loaded[0]}: the site has to work without network.")
    return output
