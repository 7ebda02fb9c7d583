"""JSON texts as Step Functions takes them."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_DATA_BYTES: Final = 262_144
"""Of an execution's input, a task's result and a state's output, in UTF-8.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html, "Quotas related to state executions".
"""


def parse_json(text: str | bytes) -> Any:
    """Parse a JSON text, without what Python allows beyond JSON and without repeated fields.

    Raises:
        ValueError: If it is none.
    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)


def is_over_limit(value: Any) -> bool:
    """Return whether a value has more bytes than Step Functions passes on."""
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")) > MAX_DATA_BYTES


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Duplicate field '{twice}'")
    return found


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"Non-standard token '{constant}'")
