"""botocore's service data, read once in a process.

Each session reads its own copy otherwise, also moto's and those of the sandbox's clients: 0.1 to 0.3 s for each client.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from botocore.loaders import JSONFileLoader, Loader

_LOCK: Final = threading.Lock()
_FILES: Final[dict[str, Any]] = {}


class _SharedFiles(JSONFileLoader):
    """Loads each file once; botocore changes nothing in what it has loaded."""

    def load_file(self, file_path: str) -> Any:
        with _LOCK:
            found = _FILES.get(file_path)
            if found is None:
                found = _FILES[file_path] = super().load_file(file_path)
            return found


def share_service_data() -> None:
    """Share service data among all sessions of this process that are made from now on."""
    Loader.FILE_LOADER_CLASS = _SharedFiles
