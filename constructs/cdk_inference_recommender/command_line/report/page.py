"""The report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.output.escaping import escape_text
from inference_recommendations_handler.recommendation.choosing import HIGHEST_IS_BEST

from .charts.report_charts import report_charts
from .figure_text import existing_endpoint, whole
from .why_it_won import OBJECTIVES

if TYPE_CHECKING:
    import jinja2

    from .job_report import JobReport

_MISSING: Final = "The page needs Jinja2: pip install 'cdk-inference-recommender[html]'"


def report_page(report: JobReport) -> str:
    """Return the page. Every value is escaped, and the page's policy lets no script but its own run.

    Raises:
        CommandError: What writes the page or draws charts isn't installed.
    """
    try:
        from markupsafe import Markup  # noqa: PLC0415 -- an extra that the other commands don't need

        template = _template()
    except ModuleNotFoundError as error:
        raise CommandError(_MISSING) from error
    script = _asset("page.js")
    best = "highest" if report.objective in HIGHEST_IS_BEST else "lowest"
    page = template.render(
        report=report,
        charts=report_charts(report),
        order=f"The {best} {OBJECTIVES[report.objective]} first.",
        style=Markup(_asset("page.css")),  # noqa: S704 -- the package's own file
        script=Markup(script),  # noqa: S704 -- likewise
        digest=b64encode(sha256(script.encode()).digest()).decode(),
        drawing=Markup,  # Vega-Lite's own SVG, whose texts `svg` has escaped
        whole=whole,
        existing=existing_endpoint,
    )
    return f"{page}\n"


@cache
def _template() -> jinja2.Template:
    import jinja2  # noqa: PLC0415 -- as above
    from markupsafe import Markup  # noqa: PLC0415

    def printable(value: Any) -> Any:
        return escape_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, finalize=printable)
    return environment.from_string(_asset("page.html.jinja"))


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
