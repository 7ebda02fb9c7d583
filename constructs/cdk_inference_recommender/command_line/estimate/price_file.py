"""The file of prices by which jobs are estimated: none are in this package, since they change and differ by Region."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.output.escaping import escape_json
from inference_recommendations_handler.recommendation.choosing import above_zero

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class Price:
    """Price of an instance type for hosting."""

    dollars_per_hour: float
    date: str
    """Day on which it was read, `2026-03-01`."""
    source: str
    """`AWS Price List`, or the job that returned it."""


@dataclass(frozen=True, kw_only=True)
class PriceFile:
    """Prices by Region and instance type."""

    path: Path
    regions: Mapping[str, Mapping[str, Price]]

    @classmethod
    def load(cls, path: Path) -> PriceFile:
        """Read the file; without one there are no prices.

        Raises:
            CommandError: It can't be read, or isn't one of these files.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["Version"] != _VERSION:
                raise CommandError(
                    f"{path} has version {document['Version']!r}, not {_VERSION}. Delete it, and refresh."
                )
            regions = {
                str(region): {str(name): _price(price) for name, price in prices.items()}
                for region, prices in document["Prices"].items()
            }
        except FileNotFoundError:
            regions = {}
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}. Give --prices another path.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(f"{path} is no file of prices. Delete it, and refresh.") from error
        return cls(path=path, regions=regions)

    def prices(self, region: str) -> Mapping[str, Price]:
        """Return the prices of a Region by instance type."""
        return self.regions.get(region, {})

    def save_with(self, region: str, prices: Mapping[str, Price]) -> PriceFile:
        """Write the file with more prices of a Region, which replace those of the same instance types.

        Raises:
            CommandError: It can't be written.
        """
        regions = {**self.regions, region: {**self.prices(region), **prices}}
        document = {
            "Version": _VERSION,
            "Prices": {
                name: {
                    instance_type: {"CostPerHour": price.dollars_per_hour, "Date": price.date, "Source": price.source}
                    for instance_type, price in sorted(of_region.items())
                }
                for name, of_region in sorted(regions.items())
            },
        }
        partial = self.path.with_name(f"{self.path.name}.partial")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(f"{escape_json(document)}\n", encoding="utf-8")
            partial.replace(self.path)
        except OSError as error:
            raise CommandError(
                f"{self.path} can't be written: {error.strerror}. Give --prices another path."
            ) from error
        return PriceFile(path=self.path, regions=regions)


def add_prices(parser: argparse.ArgumentParser) -> None:
    """Add the option `--prices`."""
    parser.add_argument(
        "--prices",
        type=Path,
        metavar="FILE",
        help="file of prices that `estimate --refresh` writes; default: one in the user's cache",
    )


def price_path(arguments: argparse.Namespace) -> Path:
    """Return the path of the file that the command line names, or of the user's own.

    Args:
        arguments: What a parser with `add_prices` has parsed.
    """
    if arguments.prices is not None:
        path: Path = arguments.prices
        return path
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "cdk-inference-recommender" / "prices.json"


def _price(price: Mapping[str, Any]) -> Price:
    dollars = above_zero(price["CostPerHour"])
    if dollars is None:
        raise ValueError("CostPerHour must be above 0")
    return Price(dollars_per_hour=dollars, date=str(price["Date"]), source=str(price["Source"]))
