"""Records the example applications' cloud assemblies: `python -m tests.upgrade.record`.

Run it when a version is released: later versions then have to update what that version has deployed.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.upgrade.recorded_assembly import RECORDED, record


def main() -> None:
    with TemporaryDirectory() as folder:
        record(Path(folder))
    print(f"The example applications are recorded in {RECORDED.relative_to(Path.cwd())}.")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
