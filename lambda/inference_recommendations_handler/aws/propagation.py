"""How long IAM may take until a change of a policy or a role is seen everywhere."""

from __future__ import annotations

from typing import Final

PERMISSION_BOUND_SECONDS: Final = 5 * 60
"""IAM propagates within seconds, rarely minutes; what is denied for longer stays denied."""
