"""Benchmarks as Markdown tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.benchmark import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BEGIN: Final = "<!-- Written by `make bench` -->"
END: Final = "<!-- End of what `make bench` writes -->"


def replace_tables(document: str, environment: Mapping[str, object], results: Mapping[str, Any]) -> str:
    """Return a document with the tables between its two marks.

    Args:
        document: Markdown.
        environment: Where the figures were measured.
        results: By the benchmark's name, as `run` writes them.
    """
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    where = ", ".join(f"{name} {value}" for name, value in environment.items())
    tables = "\n\n".join("\n".join(_table(result)) for result in results.values())
    return f"{before}{BEGIN}\n\nMedians of CPU time ({where}).\n\n{tables}\n\n{END}{after}"


def _table(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {result['title']}"
    yield ""
    yield result["what"]
    yield ""
    columns = ["", result["unit"], *result["counts"], "this library is", "spread", "aim"]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for contender, figures in result["figures"].items():
        cells = [contender, f"{figures[result['time']]:.1f}", *(f"{figures[count]:.0f}" for count in result["counts"])]
        ratio = result["ratios"].get(contender)
        if contender == OURS or ratio is None:
            cells += ["", "", ""]
        else:
            aim = "" if ratio["aim"] is None else f"at most {ratio['aim']:.2f} x"
            cells += [f"{ratio['median']:.2f} x", f"{ratio['least']:.2f} to {ratio['greatest']:.2f}", aim]
        yield f"| {' | '.join(cells)} |"
