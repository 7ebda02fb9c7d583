"""What all charts have in common: the kinds of results, their colors and shapes, and where axes begin and end.

Every axis begins at 0.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk_inference_recommender.command_line.report.ranked_results import Result

WIDTHS: Final = (740, 320)
"""Pixels. Each chart is drawn for a wide and for a narrow window: a drawing that shrinks can't be read."""
NARROW_LABEL: Final = 20
"""Characters of a label in a narrow chart."""
WIDE_LABEL: Final = 34
"""Characters of a label in a wide chart; what doesn't fit stands in the table."""

STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "best": ("var(--best)", "diamond"),
    "other": ("var(--series)", "circle"),
    "rejected": ("var(--bad)", "cross"),
}
"""Color and shape of each kind of result; either is enough to distinguish them."""

_STEPS: Final = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_PLAIN_NUMBERS: Final = (1e-4, 1e12)


def status_of(result: Result) -> str:
    """Return the kind of a result, one of `STATUSES`."""
    return "best" if result.rank == 1 else "rejected" if result.unmet else "other"


def chart_labels(results: Sequence[Result], *, length: int) -> list[str]:
    """Return a label for each result, no two of them the same: the instance type, and more where several have it.

    Args:
        results: All results of a chart.
        length: Characters that fit.
    """
    names = [result.candidate.label.removeprefix("1 x ") for result in results]
    repeated = Counter(names)
    full = [
        name if repeated[name] == 1 else " ".join([name, *(f"{key}={text}" for key, text in result.variation.items())])
        for name, result in zip(names, results, strict=True)
    ]
    cut = [name if len(name) <= length else f"{name[: length - 1]}…" for name in full]
    repeated = Counter(cut)
    seen: Counter[str] = Counter()
    labels = []
    for name in cut:
        seen[name] += 1
        number = f" ({seen[name]})"
        labels.append(name if repeated[name] == 1 else f"{name[: length - len(number)]}{number}")
    return labels


def axis_of(values: Sequence[float], title: str, *, ticks: int) -> dict[str, Any]:
    """Return scale and axis of a quantity, from 0 to a round number that all values are below.

    Args:
        values: All that is drawn, 0 or more.
        title: With the unit.
        ticks: About how many.
    """
    end = end_of(values)
    low, high = _PLAIN_NUMBERS
    form = ",~f" if low <= end < high else ",.2~e"
    return {
        "type": "quantitative",
        "scale": {"domain": [0, end], "nice": False},
        "axis": {"title": title, "tickCount": ticks, "format": form},
    }


def end_of(values: Sequence[float]) -> float:
    """Return where the axis of these values ends."""
    most = max(values, default=0)
    if most <= 0:
        return 1
    magnitude = 10.0 ** math.floor(math.log10(most))
    if not 0 < magnitude < math.inf:
        return most
    return next((step * magnitude for step in _STEPS if step * magnitude > most), most)


def status_encoding(field: str, kinds: Mapping[str, tuple[Any, ...]], place: int, *, legend: Any) -> dict[str, Any]:
    """Return an encoding that has the values of `kinds` at a place, in the order of `kinds`.

    Args:
        field: Of the rows.
        kinds: Only those that are drawn, so that the legend has no others.
        place: In the tuples.
        legend: Of Vega-Lite; None for none.
    """
    names = list(kinds)
    return {
        "field": field,
        "type": "nominal",
        "sort": names,
        "scale": {"domain": names, "range": [kind[place] for kind in kinds.values()]},
        "legend": legend,
    }


def with_halo(mark: dict[str, Any], encoding: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layers of a text that stays readable on lines.

    Args:
        mark: Properties of the text's mark.
        encoding: Of the text.
    """
    text = {"type": "text", "fontSize": 12, **mark}
    halo = {**text, "stroke": "var(--page)", "strokeWidth": 4, "color": "var(--page)"}
    return [{"mark": each, "encoding": encoding} for each in (halo, {**text, "color": "var(--ink)"})]
