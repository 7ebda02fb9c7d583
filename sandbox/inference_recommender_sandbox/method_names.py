"""Names of the methods of moto's services, looked up once for each service.

moto looks through a service's class at every request, which takes up to a fifth of it.
"""

from __future__ import annotations

from functools import cache

from moto.core import responses
from moto.core.utils import method_names_from_class


def keep_method_names() -> None:
    """Keep the names that moto finds, for all requests to this process."""
    responses.method_names_from_class = cache(method_names_from_class)
