"""The figures of a report: thinned to what pixels show, whole, and true to the run."""

import re
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.engine.export.report.chart import WIDTH, Mark, Panel, Series, chart_svg, thinned
from netviz.engine.export.report.contents import MeasuredRun
from netviz.engine.export.report.curves import curves_svg, runs_svg, stairs
from netviz.engine.export.report.drawing import path_text
from netviz.engine.export.report.histograms import histogram_svg
from netviz.engine.export.report.pictures import NEGATIVE, NOTHING, POSITIVE, signed_colors
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.observations import Histogram
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import loss_text, percent_text
from tests.engine.export.report.conftest import Reported, html_of
from tests.engine.export.report.page import Page

STEPS = 1_000_000

floats = st.floats(allow_nan=True, allow_infinity=True, width=32)


def points_of(svg: str, look: str) -> list[list[float]]:
    """The points of all curves with such a look."""
    paths = re.findall(rf'<path class="curve {look}" d="([^"]*)"', svg)
    return [
        [float(number) for number in point.split(",")]
        for path in paths
        for point in re.findall(r"[ML]([-\d.]+,[-\d.]+)", path)
    ]


def long_run(reported: Reported) -> str:
    losses = np.linspace(2.3, 0.1, STEPS, dtype=np.float32)
    losses[123_456] = 2.9
    rates = np.where(np.arange(STEPS) < STEPS // 2, 0.01, 0.001)
    measured = [
        Measurement(epoch, epoch * 100, 1.0, 0.5, 1.0, 0.5, 1.0, 1.0)
        for epoch in range(STEPS // 100 + 1)
    ]
    contents = reported.contents
    entry = LedgerEntry(STEPS // 2, 5000, "learning_rate", 0.01, 0.001)
    return html_of(
        replace(
            contents,
            facts=replace(contents.facts, steps=STEPS),
            numbers=np.arange(1, STEPS + 1),
            losses=losses,
            learning_rates=rates,
            told=replace(
                contents.told, measurements=measured, ledger=(entry,), happenings=(), findings=()
            ),
            runs=(*contents.runs, MeasuredRun(contents.runs[0].row, tuple(measured))),
        )
    )


def test_a_run_of_a_million_steps_is_one_small_page_at_once(reported: Reported) -> None:
    began = perf_counter()
    html = long_run(reported)
    assert perf_counter() - began < 20
    assert len(html) < 1_000_000
    raw = points_of(html, "train raw")
    assert 500 < len(raw) <= 2 * WIDTH + 4
    ys = [y for _, y in raw]
    assert min(ys) < sorted(ys)[5] - 20  # the one batch that stands out is still there
    page = Page(html)
    assert len(page.rows["epochs"]) < 40
    assert "1M steps" in page.sections["curves"]


@settings(max_examples=60)
@given(st.lists(floats, max_size=400), st.integers(2, 60))
def test_thinning_keeps_the_lowest_and_the_highest(values: list[float], columns: int) -> None:
    ys = np.array(values, np.float64)
    xs = np.arange(len(ys))
    kept_xs, kept = thinned(xs, ys, columns)
    finite = ys[np.isfinite(ys)]
    assert len(kept) <= 2 * columns + 2
    assert np.all(np.diff(kept_xs) > 0)
    assert np.array_equal(ys[kept_xs], kept)
    if len(finite):
        assert (kept.min(), kept.max()) == (finite.min(), finite.max())


@settings(max_examples=60)
@given(st.lists(st.tuples(floats, floats), max_size=40))
def test_a_path_is_broken_where_a_point_is_no_number(points: list[tuple[float, float]]) -> None:
    array = np.array(points, np.float64).reshape(-1, 2)
    path = path_text(array[:, 0], array[:, 1])
    finite = np.isfinite(array).all(axis=1)
    begins = np.count_nonzero(finite & ~np.concatenate([[False], finite[:-1]]))
    assert path.count("M") == begins
    assert path.count("M") + path.count("L") == finite.sum()
    assert "nan" not in path
    assert "inf" not in path


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0.1, 0.01, 0.001]), min_size=1, max_size=30))
def test_stairs_have_each_steps_rate(rates: list[float]) -> None:
    numbers = np.arange(1, len(rates) + 1)
    xs, ys = stairs(numbers, np.array(rates))
    assert (xs[0], xs[-1]) == (0, len(rates))
    middles = np.interp(numbers - 0.5, xs, ys)
    assert np.allclose(middles, rates)


def test_curves_end_where_the_run_is(reported: Reported) -> None:
    contents = reported.contents
    svg = str(curves_svg(contents, contents.told.ledger))
    raw = points_of(svg, "train raw")
    assert len(raw) == 42
    assert raw[-1][0] == pytest.approx(WIDTH - 10, abs=0.1)
    heights = np.array([y for _, y in raw])
    order = np.argsort(contents.losses)
    assert np.all(np.diff(heights[order]) <= 0.05)  # a lower loss stands lower


def test_in_mid_epoch_the_last_test_point_is_that_of_the_report(reported: Reported) -> None:
    contents = reported.contents
    assert contents.answers is not None
    svg = str(curves_svg(contents, ()))
    (accuracies,) = [points for points in [points_of(svg, "test")] if points]
    assert len(accuracies) == 4
    assert accuracies[-1][0] == pytest.approx(WIDTH - 10, abs=0.1)
    assert f">test {percent_text(contents.answers.accuracy)}<" in svg
    assert f">test {loss_text(contents.answers.loss)}<" in svg
    assert "was measured for this report.\nThe numbers" in Page(reported.html).sections["curves"]
    at_end = replace(contents, facts=replace(contents.facts, steps=40))
    assert len(points_of(str(curves_svg(at_end, ())), "test")) == 3


def test_no_smoothed_curve_reaches_across_a_change_of_the_loss(reported: Reported) -> None:
    contents = reported.contents
    entry = LedgerEntry(20, 1, "loss", "cross-entropy", "mse")
    told = replace(contents.told, ledger=(entry,))
    html = html_of(replace(contents, told=told, predictions=()))
    assert len(re.findall(r'class="curve train" d=', html)) == 3  # two parts, and the accuracy
    assert "loss function was changed at step 20" in Page(html).sections["curves"]


def test_marks_that_lie_close_share_a_number() -> None:
    series = Series(np.array([0.0, 1000.0]), np.array([0.0, 1.0]), "train")
    panel = Panel("Loss", 100, (0.0, 1.0), [(0.0, "0")], [series])
    marks = [Mark(10, 1, "a"), Mark(11, 2, "b"), Mark(12, 3, "c"), Mark(500, 4, "lr 1 → 2")]
    svg = str(chart_svg("x", "x", [panel], (0.0, 1000.0), [], marks))
    assert re.findall(r'class="number m"[^>]*>([^<]*)<', svg) == ["1–3", "4"]
    assert "lr 1 → 2" in svg
    assert ">b<" not in svg


def test_a_run_that_was_not_trained_has_a_page_too(reported: Reported) -> None:
    contents = reported.contents
    told = replace(contents.told, measurements=contents.told.measurements[:1], ledger=())
    nothing = replace(
        contents,
        facts=replace(contents.facts, steps=0),
        numbers=contents.numbers[:0],
        losses=contents.losses[:0],
        learning_rates=contents.learning_rates[:0],
        told=told,
        runs=contents.runs[-1:],
    )
    page = Page(html_of(nothing))
    assert "nothing was trained yet" in page.sections["curves"]
    assert "Nothing was changed" in page.sections["changes"]
    assert runs_svg(nothing) is None


def test_a_layer_whose_weights_are_all_alike_or_no_numbers_is_drawn(reported: Reported) -> None:
    layer = reported.contents.layers[0]
    empty = Histogram(np.zeros(64, np.int64), np.linspace(-0.5, 0.5, 65))
    alike = Histogram(np.eye(1, 64, 32, dtype=np.int64)[0], np.linspace(-0.5, 0.5, 65))
    for before, after in ((alike, alike), (layer.before, empty), (empty, empty)):
        svg = str(histogram_svg(replace(layer, before=before, after=after)))
        assert "nan" not in svg
        assert "inf" not in svg


def test_signed_colours_end_where_the_scale_does() -> None:
    values = np.array([[-2.0, -1.0, 0.0, 1.0, np.nan]], np.float32)
    colors = signed_colors(values, 1.0)[0].tolist()
    assert colors == [[*NEGATIVE], [*NEGATIVE], [*NOTHING], [*POSITIVE], [*NOTHING]]
