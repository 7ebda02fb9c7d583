"""botocore's service data, read once in a process.

Each session reads its own copy otherwise, also moto's and those of the sandbox's clients: 0.1 to 0.3 s for each client.

The fork server of functions runs this file. So it imports nothing from the sandbox.
"""

from __future__ import annotations

import threading
from functools import wraps
from pathlib import Path
from typing import Any, Final

from botocore.loaders import JSONFileLoader, Loader

_CHANGED_BY_CLIENTS: Final = frozenset({"s3", "s3control"})
"""Services in whose data botocore's clients change URLs (`remove_bucket_from_url_paths_from_model` and
`remove_accid_host_prefix_from_model`), which moto's routes are made of."""
_LOCK: Final = threading.Lock()
_FILES: Final[dict[str, Any]] = {}


class _SharedFiles(JSONFileLoader):
    """Loads each file once, but for those of services that need a copy for each session."""

    def load_file(self, file_path: str) -> Any:
        if _CHANGED_BY_CLIENTS.intersection(Path(file_path).parts):
            return super().load_file(file_path)
        with _LOCK:
            found = _FILES.get(file_path)
            if found is None:
                found = _FILES[file_path] = super().load_file(file_path)
            return found


def share_service_data() -> None:
    """Share service data among all sessions of this process that are made from now on."""
    Loader.FILE_LOADER_CLASS = _SharedFiles
    share_service_names()


def share_service_names() -> None:
    """List the services of botocore's 400 folders once, not once for each client and kind of file."""
    list_services = Loader.list_available_services
    if hasattr(list_services, "__wrapped__"):
        return
    listed: dict[tuple[str, ...], list[str]] = {}

    @wraps(list_services)
    def list_once(self: Loader, type_name: str) -> list[str]:
        key = (type_name, *self.search_paths)
        if key not in listed:
            listed[key] = list_services(self, type_name)
        return listed[key].copy()

    Loader.list_available_services = list_once  # type: ignore[method-assign]
