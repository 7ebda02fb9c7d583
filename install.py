"""Installs packages with uv as pip would: from the same indexes, with the same certificates.

uv takes a twentieth of pip's time, but reads nothing that pip is configured with. Where it can't be had, or fails, pip
installs instead. `make` runs this in `.venv`: python install.py ENVIRONMENT OPTION..., with the options that both have.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from shutil import which
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VARIABLES: Final = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
}
"""uv's variables by pip's options, whose values they take: lists are separated by spaces, but for the next."""
SEPARATED_BY_COMMAS: Final = frozenset({"UV_FIND_LINKS"})
SECTIONS: Final = ("global", "install", ":env:")
"""Of pip's configuration; a later one wins."""
AS_PIP: Final = {
    "UV_INDEX_STRATEGY": "unsafe-best-match",  # all indexes count alike
    "UV_SYSTEM_CERTS": "true",
    "UV_NO_PROGRESS": "true",
}


def uv_variables(configuration: str) -> dict[str, str]:
    """Return the environment with which uv does what pip does.

    Args:
        configuration: What `pip config list` prints.
    """
    options: dict[str, str] = {}
    settings = [line.partition("=") for line in configuration.splitlines()]
    for section in SECTIONS:
        for name, _, value in settings:
            if name.startswith(f"{section}."):
                options[name.removeprefix(f"{section}.").removeprefix("default-")] = str(ast.literal_eval(value))
    variables = dict(AS_PIP)
    for option, variable in VARIABLES.items():
        if option in options:
            separator = "," if variable in SEPARATED_BY_COMMAS else " "
            variables[variable] = separator.join(options[option].split())
    return variables


def installed_with_uv(environment: str, options: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Install, and return whether that succeeded."""
    uv = which("uv", path=os.path.dirname(sys.executable))  # noqa: PTH120 - a path as `which` takes it
    if uv is None:
        return False
    command = [uv, "pip", "install", "--quiet", "--python", environment, *options]
    # What the user has set for uv wins.
    return subprocess.run(command, check=False, env={**variables, **os.environ}).returncode == 0  # noqa: S603


def main(environment: str, *options: str) -> int:
    """Return the exit code."""
    pip = [sys.executable, "-m", "pip"]
    configuration = subprocess.run([*pip, "config", "list"], check=True, capture_output=True, text=True)  # noqa: S603
    if installed_with_uv(environment, options, uv_variables(configuration.stdout)):
        return 0
    print("uv can't install here. Installing with pip instead, which takes some minutes.", file=sys.stderr)
    return subprocess.run(  # noqa: S603
        [*pip, "--python", environment, "install", "--quiet", *options], check=False
    ).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
