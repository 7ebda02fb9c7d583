"""Prices of instances for hosting, as AWS's Price List API publishes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.recommendation.choosing import above_zero

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRICE_LIST_REGION: Final = "us-east-1"
"""One of the few Regions that have the API; it knows the prices of all (AWS Billing user guide, Price List API)."""

_SERVICE: Final = "AmazonSageMaker"
_HOSTING: Final = "Hosting"
_KINDS: Final = ("component", "platoinstancetype")
"""Attributes that name what an instance is for; products have one of them, or a suffix of the instance type."""
_HOURS: Final = frozenset({"Hrs", "Hours", "Hour"})


def read_price_list(client: Any, region: str) -> dict[str, float]:
    """Return USD an hour by instance type, such as `ml.c5.xlarge`.

    Args:
        client: A client of boto3's service `pricing`.
        region: Region whose prices are wanted.

    Raises:
        ClientError: The API rejects a request.
        BotoCoreError: The API can't be reached.
    """
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=_SERVICE, Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    )
    prices: dict[str, float] = {}
    for page in pages:
        for text in page["PriceList"]:
            product = json.loads(text) if isinstance(text, str) else text
            instance_type = _hosted_instance(product.get("product", {}).get("attributes", {}))
            if instance_type is not None:
                # Of several prices of one instance type the highest counts, as an estimate is an upper bound.
                for price in _hourly(product):
                    prices[instance_type] = max(price, prices.get(instance_type, 0))
    return prices


def _hosted_instance(attributes: Mapping[str, str]) -> str | None:
    typed = attributes.get("instanceType") or ""
    name = attributes.get("instanceName") or typed.removesuffix(f"-{_HOSTING}")
    is_hosting = any(attributes.get(kind) == _HOSTING for kind in _KINDS) or typed.endswith(f"-{_HOSTING}")
    return name if is_hosting and name.startswith("ml.") else None


def _hourly(product: Mapping[str, Any]) -> Iterator[float]:
    for term in (product.get("terms", {}).get("OnDemand") or {}).values():
        for dimension in (term.get("priceDimensions") or {}).values():
            price = above_zero((dimension.get("pricePerUnit") or {}).get("USD"))
            if price is not None and dimension.get("unit") in _HOURS:
                yield price
