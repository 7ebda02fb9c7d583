"""botocore's service data, read once in a process.

Each session reads its own copy otherwise, also moto's and those of the sandbox's clients: 0.1 to 0.3 s for each client.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

from botocore.loaders import JSONFileLoader, Loader

_CHANGED_BY_CLIENTS: Final = frozenset({"s3", "s3control"})
"""Services in whose data botocore's clients change URLs (`remove_bucket_from_url_paths_from_model` and
`remove_accid_host_prefix_from_model`), which moto's routes are made of."""
_LOCK: Final = threading.Lock()
_FILES: Final[dict[str, Any]] = {}
_SERVICES: Final[dict[tuple[str, ...], list[str]]] = {}
"""Services by type of data and search path."""
_LIST_SERVICES: Final = Loader.list_available_services


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


def _list_services_once(loader: Loader, type_name: str) -> list[str]:
    """Walk botocore's 400 folders once: each session does it for three types of data to find one service."""
    key = (type_name, *loader.search_paths)
    with _LOCK:
        if key not in _SERVICES:
            _SERVICES[key] = _LIST_SERVICES(loader, type_name)
        return list(_SERVICES[key])


def share_service_data() -> None:
    """Share service data among all sessions of this process that are made from now on."""
    Loader.FILE_LOADER_CLASS = _SharedFiles
    Loader.list_available_services = _list_services_once  # type: ignore[assignment, method-assign]
