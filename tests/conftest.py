"""How many examples property-based tests try.

`HYPOTHESIS_PROFILE=nightly` tries 10,000 for each property; where `CI` is set, a run repeats the same ones. `few` is
for a second run of the same tests, with another boto3.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("default", max_examples=100, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("few", max_examples=10, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))
