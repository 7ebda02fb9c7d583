"""Vega-Lite as SVG, rendered here, so that a page needs neither script nor network.

Colours are the page's CSS variables, so that one drawing serves both themes.
"""

from __future__ import annotations

from typing import Any, Final

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.output.escaping import escape_text

_MISSING: Final = "The page's charts need vl-convert-python: pip install 'cdk-inference-recommender[html]'"
_CONFIG: Final[dict[str, Any]] = {
    # The page names the charts itself; their marks say nothing to a screen reader that its table doesn't say better.
    "aria": False,
    "font": "Arial, Helvetica, sans-serif",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--ink)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
    },
    "legend": {
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "orient": "top",
        "columnPadding": 28,
        "title": None,
        "symbolStrokeColor": "var(--ink)",
    },
}


def svg(spec: dict[str, Any]) -> str:
    """Draw a specification, hidden from screen readers.

    Its texts are escaped here, since the renderer ends the process on a control character.

    Raises:
        CommandError: What draws isn't installed.
    """
    try:
        import vl_convert  # noqa: PLC0415 -- an extra: 80 MB that the other commands don't need
    except ModuleNotFoundError as error:
        raise CommandError(_MISSING) from error
    drawing: str = vl_convert.vegalite_to_svg(
        {"config": _CONFIG, **_escaped(spec)}, vl_version="5.21", allowed_base_urls=[]
    )
    # Vega names the groups of a drawing even so.
    return drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)


def _escaped(value: Any) -> Any:
    match value:
        case str():
            return escape_text(value)
        case dict():
            return {key: _escaped(each) for key, each in value.items()}
        case list() | tuple():
            return [_escaped(each) for each in value]
        case _:
            return value
