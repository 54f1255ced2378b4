"""That the bench runs and tells what it should; how fast anything is, no test says."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from bench.command import MEASUREMENTS, read_options
from bench.rounds import Samples
from bench.table import HEAD, Figure, Row, render

WHAT = (
    "letter page, 0 signatures",
    "letter page, 600 signatures",
    "letter page, flat",
    "list, a deep page",
    "CSV of 600",
    "CSV, peak memory above idle",
    "sign, 600 signatures",
    "sign, flat",
    "confirmations sent",
    "fold of 500 confirmations",
    "desk home",
    "desk letter",
    "desk signatures",
    "desk numbers",
    "desk to_decide",
    "desk organisations",
)


def test_everything_is_measured_in_one_table() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--rows", "600"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, text=True, timeout=300
    )
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}
    assert all(any(line.startswith(f"| {what} ") for line in lines) for what in WHAT), done.stdout
    assert done.returncode == int("FAIL" in done.stdout)


def test_a_figure_below_its_floor_fails_and_one_without_a_floor_informs() -> None:
    measured, limit = Figure("", 59, "/s"), Figure("trivial view", 100, "/s")
    below, above, informing = (Row("page", measured, limit, 0.59, floor) for floor in (0.6, 0.5, None))
    assert [row.fails for row in (below, above, informing)] == [True, False, False]
    assert [row.cells()[-1] for row in (below, above, informing)] == ["FAIL", "pass", ""]
    assert len(set(map(len, render([below, above, informing]).splitlines()))) == 1


def test_a_ratio_is_the_median_of_what_was_measured_side_by_side() -> None:
    samples = Samples()
    for page, trivial in ((60, 100), (8, 10), (900, 1000)):
        samples.add("page", page)
        samples.add("trivial", trivial)
    assert samples.ratio("page", "trivial") == 0.8


def test_only_what_is_asked_for_is_measured_and_in_its_order() -> None:
    assert read_options(["--only", "sign,page"]).only == ["page", "sign"]
    assert read_options([]).only == list(MEASUREMENTS)
    assert (read_options([]).rows, read_options(["--quick"]).rows, read_options(["--rows", "7"]).rows) == (
        1_000_000,
        2_000,
        7,
    )


def test_a_measurement_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(["--only", "speed"])
    assert "no measurement is called speed" in capsys.readouterr().err
