"""The option `--color`, and a terminal with or without colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import argparse

    from rich.console import Console


def add_color(group: argparse._ActionsContainer) -> None:
    """Add the option."""
    group.add_argument(
        "--color", choices=("on", "off", "auto"), default="auto", help="colours; default: auto, in a terminal"
    )


def colored_console(color: str, *, file: TextIO | None = None) -> Console:
    """Return a console.

    Args:
        color: The option's value. `on` and `off` override what the environment says, such as `NO_COLOR`.
        file: Default: standard output.
    """
    # The import takes as long as a command that prints plain text.
    from rich.console import Console  # noqa: PLC0415

    match color:
        case "on":
            return Console(file=file, highlight=False, color_system="standard", force_terminal=True, no_color=False)
        case "off":
            return Console(file=file, highlight=False, color_system=None)
        case _:
            return Console(file=file, highlight=False)
