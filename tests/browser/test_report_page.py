"""The report's page in a browser: two widths, both themes, by keyboard, checked by axe-core.

`REPORT_SCREENSHOTS=FOLDER` keeps the screenshots, to look at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from cdk_inference_recommender.command_line.report.page import report_page
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    recommendation,
    report_of,
    step,
)

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCRIPT: Final = Path(__file__).parent / "look_at_page.mjs"
AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; on Debian: apt-get install chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core isn't installed; run: npm ci"),
]
HOSTILE: Final = '</script><img src="https://example.com/x" onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What was seen of a job with both kinds of results, failures, hostile names and rejected results."""
    instances = ["ml.c5.xlarge", "ml.m5.large", "ml.g4dn.xlarge", "ml.inf1.xlarge", "ml.p4de.24xlarge"]
    found = job(
        *(
            recommendation(
                instance_type,
                cost_per_hour=0.2 + 0.3 * place if place != 2 else NAN,
                cost_per_inference=(1.2 + 0.8 * place % 3) * 1e-6,
                max_invocations=300 + 500 * place,
                model_latency=90 - 14 * place,
                environment={"OMP_NUM_THREADS": str(place), "NAME": HOSTILE} if place else {},
                identifier=f"job/sim{place}aaaa",
            )
            for place, instance_type in enumerate(instances)
        ),
        *(
            recommendation(serverless=(memory, 10), cost_per_hour=NAN, cpu=NAN, identifier=f"job/sim{memory}")
            for memory in (2048, 4096)
        ),
        steps=[step("COMPLETED"), step("FAILED", "ml.r5.large", reason=f"Out of memory {HOSTILE}")],
        FailureReason=HOSTILE,
    )
    folder = tmp_path_factory.mktemp("page")
    page = folder / "report.html"
    page.write_text(
        report_page(report_of(found, MaxModelLatency=85, ExcludedInstanceFamilies=["p4de"])), encoding="utf-8"
    )
    screenshots = Path(os.environ.get("REPORT_SCREENSHOTS", folder))
    assert CHROMIUM is not None
    done = subprocess.run(
        ["node", SCRIPT, CHROMIUM, page, screenshots], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    return seen


def test_it_is_seen_at_two_widths_in_both_themes(views: list[dict[str, Any]]) -> None:
    assert [(view["width"], view["theme"]) for view in views] == [
        (1100, "light"),
        (1100, "dark"),
        (390, "light"),
        (390, "dark"),
    ]
    light, dark, *_ = (view["background"] for view in views)
    assert light != dark


def test_it_fits_the_window_and_shows_each_chart_once(views: list[dict[str, Any]]) -> None:
    assert [view["overflow"] <= 0 for view in views] == [True] * 4
    assert [view["charts"] for view in views] == [6] * 4


def test_it_asks_for_nothing_and_complains_of_nothing(views: list[dict[str, Any]]) -> None:
    assert [view["requests"] for view in views] == [[]] * 4
    assert [view["problems"] for view in views] == [[]] * 4


def test_names_and_reasons_are_no_markup(views: list[dict[str, Any]]) -> None:
    assert not any(view["hacked"] for view in views)


def test_it_sorts_by_keyboard_and_says_so(views: list[dict[str, Any]]) -> None:
    for view in views:
        up, down = view["sorted"]
        assert (up["sort"].index("ascending"), up["said"]) == (2, "Sorted by USD an hour, ascending.")
        assert (down["sort"].index("descending"), down["said"]) == (2, "Sorted by USD an hour, descending.")
        assert [kind for kind in up["sort"] if kind] == ["ascending"]
        assert up["rows"][0].startswith("1 x ml.c5.xlarge")
        # What has no figure stays last.
        assert up["rows"][-1].startswith("1 x ml.g4dn.xlarge")
        assert down["rows"] == [*up["rows"][-2::-1], up["rows"][-1]]


def test_axe_finds_nothing_wrong(views: list[dict[str, Any]]) -> None:
    assert [view["violations"] for view in views] == [[]] * 4
    assert all(view["passes"] > 10 for view in views)
