"""The page of the function's log lines, and the check that the function writes no other.

To accept a change of the page: `python -m tests.log_page`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from inference_recommendations_handler.protocol import log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "logs.md"
WRITERS: Final = (
    "tests/unit/inference_recommendations_handler",
    "tests/lifecycle",
)
"""Tests that run the function in their own process, and so write its lines."""
_OF_THEIR_OWN: Final = (".test_log", ".test_mutants")
"""Modules that write lines themselves."""
_COLLECTED_IN: Final = "COLLECTED_LOG_LINES"
_HEAD: Final = """\
# The function's log

Each line is a JSON object with `level`, `message` and the fields below. The message repeats the main fields behind a
colon, since `cdk deploy` shows no others of a failed resource. No line has an event, a response address, or a value of
a container's environment.

With CloudWatch Logs Insights, all that happened to one job, and what went wrong in a stack:

```text
filter jobName = "bert-job-65ca4c67" | fields @timestamp, level, message | sort @timestamp
filter level != "INFO" | stats count() by logicalResourceId, message
```

Fields in brackets aren't in each line of the kind.

| Level | Message | Fields |
|---|---|---|
"""
_ROW: Final = re.compile(r"\| (\w+) \| (.+) \| (.*) \|")

Key: TypeAlias = "tuple[str, str]"
"""Level and message."""


@dataclass(frozen=True)
class Fields:
    """Fields of the lines of a kind.

    Attributes:
        always: Those of each line.
        sometimes: Others.
    """

    always: frozenset[str]
    sometimes: frozenset[str]

    def allow(self, names: frozenset[str]) -> bool:
        return self.always <= names <= self.always | self.sometimes


@dataclass
class LogLines:
    """What the function has written to its log, kind by kind."""

    found: dict[Key, set[frozenset[str]]] = field(default_factory=dict)

    def dumps(self, line: dict[str, Any]) -> str:
        """Record a line where the function writes it as JSON."""
        fields = {name: value for name, value in line.items() if name not in {"level", "message"}}
        message = line["message"].removesuffix(f": {log.details_of(fields)}")
        self.found.setdefault((line["level"], message), set()).add(frozenset(fields))
        return json.dumps(line)

    def unlisted(self, listed: Mapping[Key, Fields]) -> list[str]:
        """Return the lines that the page doesn't have."""
        return [
            f"{level} {message}: {', '.join(sorted(names))}"
            for (level, message), found in self.found.items()
            for names in found
            if (level, message) not in listed or not listed[level, message].allow(names)
        ]


def listed_lines() -> dict[Key, Fields]:
    """Read the page."""
    rows = (_ROW.fullmatch(line) for line in PAGE.read_text(encoding="utf-8").splitlines())
    return {
        (row[1], row[2]): Fields(
            frozenset(re.findall(r"(?<!\[)`(\w+)`", row[3])), frozenset(re.findall(r"\[`(\w+)`\]", row[3]))
        )
        for row in rows
        if row is not None and row[1] != "Level"
    }


@contextmanager
def recorded_lines(module: str) -> Iterator[None]:
    """Record what the function writes within the block, and raise an error for what isn't on the page.

    Args:
        module: Name of the tests' module.
    """
    if module.endswith(_OF_THEIR_OWN):
        yield
        return
    lines = LogLines()
    patched: Any = log
    # It calls this one function of it.
    patched.json = lines
    try:
        yield
    finally:
        patched.json = json
    folder = os.environ.get(_COLLECTED_IN)
    if folder:
        kinds = [[*key, sorted(map(sorted, found))] for key, found in lines.found.items()]
        with Path(folder, f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as collected:
            collected.write(json.dumps(kinds) + "\n")
    else:
        assert lines.unlisted(listed_lines()) == [], __doc__


def page(found: Mapping[Key, set[frozenset[str]]]) -> str:
    """Return the page."""
    rows = []
    for level, message in sorted(found, key=lambda key: (key[1].lower(), key[0])):
        names = found[level, message]
        always, every = frozenset.intersection(*names), frozenset.union(*names)
        fields = [*(f"`{name}`" for name in sorted(always)), *(f"[`{name}`]" for name in sorted(every - always))]
        rows.append(f"| {level} | {message} | {', '.join(fields)} |\n")
    return _HEAD + "".join(rows)


def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, _COLLECTED_IN: folder}
        command = [sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "loadfile", *WRITERS]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        found: dict[Key, set[frozenset[str]]] = {}
        for collected in Path(folder).iterdir():
            for line in collected.read_text(encoding="utf-8").splitlines():
                for level, message, names in json.loads(line):
                    found.setdefault((level, message), set()).update(map(frozenset, names))
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    _write()
