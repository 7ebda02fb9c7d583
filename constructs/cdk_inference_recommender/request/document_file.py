"""A file that is named as for the AWS CLI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from .parse_document import DocumentFormat

_SCHEMES: Final = ("file://", "fileb://")
_YAML_SUFFIXES: Final = frozenset({".yaml", ".yml"})


def is_file_uri(text: str) -> bool:
    """Return whether the text begins with `file://` or `fileb://`."""
    return text.startswith(_SCHEMES)


def file_path(text: str) -> Path:
    """Return the path that a text names.

    As in the AWS CLI, what follows `file://` or `fileb://` is a path, absolute or relative to the working directory, in
    which `~` and environment variables are expanded. It is no URL: `file://job.json` is a file beside the others, and
    nothing in it is percent-encoded. Any other text is a path as it stands.

    Args:
        text: A path or such a URI.
    """
    for scheme in _SCHEMES:
        if text.startswith(scheme):
            # pathlib raises for an unknown user, where the AWS CLI reads on and names the file that is missing.
            return Path(os.path.expandvars(os.path.expanduser(text.removeprefix(scheme))))  # noqa: PTH111
    return Path(text)


def format_of_file(file: Path) -> DocumentFormat:
    """Return the format that a file's name implies: YAML for `.yaml` and `.yml` in any case, else JSON."""
    return DocumentFormat.YAML if file.suffix.lower() in _YAML_SUFFIXES else DocumentFormat.JSON
