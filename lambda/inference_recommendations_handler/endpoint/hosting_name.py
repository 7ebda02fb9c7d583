"""Names of models, endpoints, and variants."""

from __future__ import annotations

from typing import Final

HOSTING_NAME: Final = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
"""Pattern that the three have in common (botocore, `ModelName`, `EndpointName`, `VariantName`)."""
