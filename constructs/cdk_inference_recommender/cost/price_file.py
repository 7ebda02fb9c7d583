"""The file of prices by which jobs are estimated: none are in this package, since they change and differ by Region."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.recommendation.choosing import above_zero

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VERSION: Final = 1


class PriceFileError(Exception):
    """The file can't be read or written; the message names it and says why, on one line and without a full stop."""


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
            PriceFileError: It can't be read, or isn't one of these files.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["Version"] != _VERSION:
                raise PriceFileError(f"{path} has version {document['Version']!r}, not {_VERSION}")
            regions = {
                str(region): {str(name): _price(price) for name, price in prices.items()}
                for region, prices in document["Prices"].items()
            }
        except FileNotFoundError:
            regions = {}
        except OSError as error:
            raise PriceFileError(f"{path} can't be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PriceFileError(f"{path} is no file of prices") from error
        return cls(path=path, regions=regions)

    def prices(self, region: str) -> Mapping[str, Price]:
        """Return the prices of a Region by instance type."""
        return self.regions.get(region, {})

    def save_with(self, region: str, prices: Mapping[str, Price]) -> PriceFile:
        """Write the file with more prices of a Region, which replace those of the same instance types.

        Raises:
            PriceFileError: It can't be written.
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
            partial.write_text(f"{json.dumps(document, indent=2, allow_nan=False)}\n", encoding="utf-8")
            partial.replace(self.path)
        except OSError as error:
            raise PriceFileError(f"{self.path} can't be written: {error.strerror}") from error
        return PriceFile(path=self.path, regions=regions)


def _price(price: Mapping[str, Any]) -> Price:
    dollars = above_zero(price["CostPerHour"])
    if dollars is None:
        raise ValueError("CostPerHour must be above 0")
    return Price(dollars_per_hour=dollars, date=str(price["Date"]), source=str(price["Source"]))
