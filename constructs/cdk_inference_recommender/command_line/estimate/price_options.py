"""The option `--prices`, which names the file of prices."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.cost.price_file import PriceFile, PriceFileError

if TYPE_CHECKING:
    import argparse


def add_prices(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--prices",
        type=Path,
        metavar="FILE",
        help="file of prices that `estimate --refresh` writes; default: one in the user's cache",
    )


def load_prices(arguments: argparse.Namespace) -> PriceFile:
    """Read the file that the command line names, or the user's own.

    Args:
        arguments: What a parser with `add_prices` has parsed.

    Raises:
        CommandError: It can't be read, or isn't one of these files.
    """
    try:
        return PriceFile.load(_path(arguments))
    except PriceFileError as error:
        raise CommandError(f"{error}. Delete it and refresh, or give --prices another path.") from error


def _path(arguments: argparse.Namespace) -> Path:
    if arguments.prices is not None:
        path: Path = arguments.prices
        return path
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "cdk-inference-recommender" / "prices.json"
