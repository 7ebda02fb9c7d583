"""What is raised where a value can't be built at all."""

from __future__ import annotations


class ValidationError(ValueError):
    """A prop holds a value that no job can be built from; the message names the field, the value and the remedy.

    Everything that can be said later, with the construct's path and together with all other problems, is reported by
    `app.synth()` instead.
    """
