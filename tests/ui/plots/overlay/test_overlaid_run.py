"""What is computed of a run that lies over others, as figures."""

import math

import numpy as np
import pytest

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun, OverlayTrack
from netviz.ui.plots.overlay.overlay_metrics import (
    METRICS,
    OverlayMetric,
    compared_function,
    highest_shown,
    left_out,
    series_of,
    thinned,
)

CE, MSE = "cross-entropy", "mse"
NOISE = np.random.default_rng(0).normal(1, 0.1, 1000).astype(np.float32)


def epoch(number: int, step: int, **values: float) -> Measurement:
    known = {"train_loss": 0.4, "train_accuracy": 0.9, "test_loss": 0.5, "test_accuracy": 0.8}
    return Measurement(number, step, **{**known, **values}, seconds=2.0, samples_per_second=50.0)


def overlaid(count: int, *measured: Measurement, **more: object) -> OverlaidRun:
    values = {"functions": ((0, CE),), "batch_sizes": ((0, 10),), **more}
    return OverlaidRun(2, "lr 0.03", "branch_b", NOISE[:count], measured, **values)  # type: ignore[arg-type]


def track(count: int, *measured: Measurement, **more: object) -> OverlayTrack:
    return OverlayTrack(overlaid(count, *measured, **more), 20, None)


def metric(key: str) -> OverlayMetric:
    return next(each for each in METRICS if each.key == key)


def epochs(found: OverlayTrack, *steps: int) -> list[float]:
    return [round(float(each), 6) for each in found.epochs_at(np.array(steps))]


def test_epochs_are_those_measured_and_within_one_every_step_counts_alike() -> None:
    found = track(600, epoch(0, 0), epoch(1, 400), epoch(2, 500))
    assert epochs(found, 0, 100, 400, 450, 500) == [0, 0.25, 1, 1.5, 2]
    # The epoch that is under way has as many images as the one before.
    assert epochs(found, 550, 600) == [2.5, 3]


def test_before_its_first_epoch_a_run_needs_the_number_of_images() -> None:
    known = track(300, images=4_000)
    assert epochs(known, 100, 300) == [0.25, 0.75]
    unknown = track(300).epochs_at(np.array([0, 1, 300]))
    assert unknown[0] == 0
    assert np.isnan(unknown[1:]).all()


def test_where_the_batch_size_was_changed_within_an_epoch_fewer_steps_are_as_much() -> None:
    found = track(260, batch_sizes=((0, 10), (200, 40)), images=4_000)
    assert epochs(found, 200, 260) == [0.5, 0.5 + 60 / 100]


def test_losses_are_smoothed_as_in_the_plot_of_the_loss_also_as_the_run_grows() -> None:
    smoother = Smoother(20)
    smoother.update(NOISE)
    before = OverlayTrack(overlaid(400), 20, None)
    assert len(before.averages) == 400
    grown = OverlayTrack(overlaid(1000), 20, before)
    assert grown.averages == pytest.approx(smoother.averages)
    shorter = OverlayTrack(overlaid(50), 20, grown)
    assert shorter.averages == pytest.approx(smoother.averages[:50])
    rougher = OverlayTrack(overlaid(1000), 5, grown)
    assert not np.allclose(rougher.averages, smoother.averages)


def test_no_average_reaches_across_loss_functions() -> None:
    found = track(1000, functions=((0, CE), (300, MSE)))
    assert found.averages[300] == NOISE[300]
    steps, values = series_of(metric("smoothed_loss"), found, CE)
    assert steps[np.isfinite(values)].tolist() == list(range(1, 301))
    _, others = series_of(metric("smoothed_loss"), found, MSE)
    assert np.isfinite(others).tolist() == [False] * 300 + [True] * 700


def test_each_metric_says_what_was_measured() -> None:
    rates = np.full(20, 0.03)
    measured = epoch(0, 0), epoch(1, 10), epoch(2, 20, test_loss=0.25)
    found = track(20, *measured, rates=rates)
    values = {each.key: series_of(each, found, CE) for each in METRICS}
    assert values["test_loss"][0].tolist() == [10, 20]  # untrained it is no value of an epoch
    assert values["test_loss"][1].tolist() == [0.5, 0.25]
    assert values["train_loss"][1].tolist() == [0.4, 0.4]
    assert values["test_accuracy"][1].tolist() == [0.8, 0.8]
    assert values["train_accuracy"][1].tolist() == [0.9, 0.9]
    assert values["accuracy_gap"][1] == pytest.approx([0.1, 0.1])
    assert values["images_per_second"][1].tolist() == [50, 50]
    assert values["learning_rate"][1].tolist() == rates.tolist()
    assert metric("accuracy_gap").text(0.1) == "+10.0 pts"


def test_losses_of_another_function_are_left_out_and_it_is_said() -> None:
    runs = [track(9), track(9), track(9, functions=((0, MSE),))]
    assert compared_function(runs) == CE
    words = left_out(metric("test_loss"), runs, CE)
    assert words == "Cross-entropy only: lr 0.03 used another loss"
    assert left_out(metric("test_accuracy"), runs, CE) == ""


def test_a_run_that_diverged_does_not_press_the_others_flat() -> None:
    runs = [track(9, epoch(0, 0, test_loss=2.3)), track(9)]
    smoothed = metric("smoothed_loss")
    usual = np.linspace(2.4, 0.3, 100)
    assert highest_shown(smoothed, runs, CE, [usual]) == 2.4
    ruined = np.append(usual[:10], np.full(90, 1e6))
    assert highest_shown(smoothed, runs, CE, [usual, ruined]) == pytest.approx(6.9)
    spike = np.append([30.0, 20.0], usual)
    assert highest_shown(smoothed, runs, CE, [usual, spike]) == 2.3
    assert highest_shown(metric("test_loss"), runs, CE, [spike]) == pytest.approx(6.9)
    assert highest_shown(metric("learning_rate"), runs, CE, [usual]) == math.inf
    assert highest_shown(smoothed, [track(9)], CE, [spike]) == math.inf


def test_a_range_has_its_values_inside_and_ends_that_are_ticks() -> None:
    low, high = metric("accuracy_gap").range_of(-0.016, 0.036, log_y=False)
    assert (round(low, 9), round(high, 9)) == (-0.02, 0.04)
    assert metric("test_accuracy").range_of(0.85, 0.91, log_y=False) == (0.8, 1.0)
    assert metric("test_loss").range_of(math.inf, -math.inf, log_y=False) == (0.0, 1.0)


def test_of_a_long_run_there_are_no_more_points_than_pixels() -> None:
    x = np.arange(1, 1_000_001, dtype=np.float64)
    whole = thinned(x, (0, 1e6), 600)
    assert len(whole) <= 602
    assert (whole[0], whole[-1]) == (0, 999_999)
    part = thinned(x, (500_000, 500_300), 600)
    assert x[part].tolist() == list(range(499_999, 500_302))
    assert len(thinned(np.empty(0), (0, 9), 600)) == 0
