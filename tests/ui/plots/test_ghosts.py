"""Runs that were left on the plots, as a person sees and uses them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.ghost import Ghost
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot
from tests.ui.plots.using_plots import UNTRAINED, action, hover, measured, progress, show, wheel

CE = "cross-entropy"


NO_STEPS, NO_LOSSES = np.empty(0, np.int64), np.empty(0, np.float32)


def ghost(
    line: int = 1,
    level: float = 1.0,
    steps: int = 800,
    begins: int = 200,
    label: str = "lr 0.3",
    loss: str = CE,
    **more: object,
) -> Ghost:
    """A run that is at a level from where it parts, with four epochs."""
    losses = np.full(steps, level, np.float32)
    losses[:begins] = 2.0
    epochs = tuple(measured(n, n * steps // 4, test=0.5) for n in range(1, 5))
    told = (UNTRAINED, *epochs)
    name = f"run {line} ({label})"
    return Ghost(line, label, name, begins, losses, told, ((0, loss),), **more)  # type: ignore[arg-type]


def show_run(plot: MetricPlot, *ghosts: Ghost, steps: int = 400) -> None:
    """Show a run that parted from others at step 200, and those."""
    plot.resize(700, 300)
    show(plot, UNTRAINED, progress(1, [2.0] * 200 + [0.4] * (steps - 200)), measured(1, 200))
    plot.ghosts.set_ghosts(ghosts, CE)
    QApplication.processEvents()


def click(plot: MetricPlot, place: QPoint) -> QMenu | None:
    """Click on a place of a plot; return the menu that opens."""
    viewport = plot.canvas.viewport()
    QTest.mouseMove(viewport, place)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert menu is None or isinstance(menu, QMenu)
    return menu


def place_of(plot: MetricPlot, step: float, value: float) -> QPoint:
    axes = plot.canvas.axes
    return QPointF(axes.x(step), axes.y(value)).toPoint()


def colour_near(plot: MetricPlot, place: QPoint, color: str) -> bool:
    """Whether a pixel within two of a place has a colour, as far as a thin line has its own."""
    image, wanted = plot.canvas.grab().toImage(), QColor(color).getRgb()
    near = [(x, y) for x in range(-2, 3) for y in range(-2, 3)]
    colors = [image.pixelColor(place.x() + x, place.y() + y).getRgb() for x, y in near]
    return any(np.abs(np.subtract(found, wanted)).max() <= 24 for found in colors)


def test_a_run_that_was_left_goes_on_in_grey_from_where_it_parts(
    loss: LossPlot, theme: Theme
) -> None:
    show_run(loss, ghost())
    x, y = loss.ghosts.curve(1)
    assert (x[0], x[-1]) == (200, 800)
    assert y[-1] == pytest.approx(1.0, abs=0.01)
    assert loss.canvas.x_range[1] >= 800, "its end is in sight"
    assert loss.curve("smoothed")[0][-1] == 400
    for _ in range(2):
        assert colour_near(loss, place_of(loss, 700, 1.0), theme.colors.ghost)
        assert not colour_near(loss, place_of(loss, 700, 0.5), theme.colors.ghost)
        theme.set_dark(not theme.dark)
    loss.ghosts.set_ghosts((), CE)
    assert loss.canvas.x_range[1] < 800
    assert not colour_near(loss, place_of(loss, 390, 1.0), theme.colors.ghost)


def test_the_accuracy_goes_on_from_the_last_epoch_that_both_have(
    accuracy: AccuracyPlot, theme: Theme
) -> None:
    show_run(accuracy, ghost())
    x, y = accuracy.ghosts.curve(1)
    assert list(zip(x.tolist(), y.tolist(), strict=True)) == [
        (step, 0.5) for step in (200, 400, 600, 800)
    ]
    show_run(accuracy, ghost(begins=500))
    assert accuracy.ghosts.curve(1)[0].tolist() == [400, 600, 800]


def test_both_plots_show_the_same_steps(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        # Also where the losses cannot be compared.
        show_run(plot, ghost(loss="mse"))
    assert loss.canvas.x_range == accuracy.canvas.x_range
    assert len(loss.ghosts.curve(1)[0]) == 0
    assert loss.ghosts.labels.labels == ()
    assert len(accuracy.ghosts.curve(1)[0]) == 4


def test_it_is_drawn_again_where_the_loss_function_is_its_own(loss: LossPlot) -> None:
    show_run(loss, ghost(loss="mse"))
    show(loss, LedgerEntry(400, 1, "loss", CE, "mse"))
    loss.ghosts.set_ghosts(loss.ghosts.all, "mse")
    assert len(loss.ghosts.curve(1)[0])


def test_one_that_went_far_ahead_does_not_press_the_run_at_hand_flat(loss: LossPlot) -> None:
    show_run(loss, ghost(steps=1_000_000))
    low, high = loss.canvas.x_range
    assert low == 0
    assert high <= 60 * 400
    assert loss.ghosts.labels.labels, "it is labelled where it leaves the plot"
    wheel(loss, 200, -40)
    assert loss.canvas.x_range[1] >= 1_000_000, "who wants to see all of it can"
    loss.reset_zoom()
    assert loss.canvas.x_range == (low, high)


@pytest.mark.parametrize("half_life", [20, 0])
def test_one_that_diverged_leaves_the_axis_to_the_run_at_hand(
    loss: LossPlot, half_life: int
) -> None:
    loss.set_half_life(half_life)
    show_run(loss)
    before = loss.canvas.y_range
    loss.ghosts.set_ghosts([ghost(level=1e9), ghost(2, level=math.nan)], CE)
    assert loss.canvas.y_range == before
    loss.ghosts.set_ghosts([ghost(level=6.0, widens=True)], CE)
    assert loss.canvas.y_range[1] >= 6.0


def test_a_logarithmic_axis_reaches_down_to_it(loss: LossPlot) -> None:
    show_run(loss, ghost(level=1e-3))
    loss.set_log_y(True)
    assert loss.log_y
    assert loss.canvas.y_range[0] <= -3
    assert loss.ghosts.curve(1)[1][-1] == pytest.approx(-3, abs=0.1)


def test_labels_lie_neither_on_each_other_nor_on_a_curve_of_the_run_at_hand(
    loss: LossPlot,
) -> None:
    others = [ghost(n, level=0.4 + 0.2 * n, label=f"lr 0.{n}", steps=760 + 10 * n) for n in (1, 2)]
    alike = [ghost(n, level=1.0, label=f"lr {n}") for n in range(3, 13)]
    show_run(loss, *others, *alike, steps=700)
    labels, area = loss.ghosts.labels.labels, loss.canvas.area
    assert 3 <= len(labels) < 12, "those that find no place are left out"
    assert {"lr 0.1", "lr 0.2"} <= {label.text for label in labels}
    taken = [*loss.canvas.markers.label_boxes, *loss.canvas.best.label_boxes]
    for index, label in enumerate(labels):
        assert area.contains(label.box)
        others_there = [*taken, *(other.box for other in labels[:index])]
        assert not any(label.box.intersects(box) for box in others_there)
        x, y = loss.curve("smoothed")
        axes = loss.canvas.axes
        points = zip(axes.x(x), axes.y(y), strict=True)
        assert not any(label.box.contains(QPointF(*point)) for point in points)


def test_a_label_makes_way_for_the_run_at_hand(loss: LossPlot) -> None:
    show_run(loss, ghost(level=0.4))
    (before,) = loss.ghosts.labels.labels
    show(loss, progress(401, [0.4] * 550))
    after = loss.ghosts.labels.labels
    x = loss.canvas.axes.x_value(before.box.center().x())
    assert x < 950, "the run at hand has come to where the label was"
    assert all(label.box != before.box for label in after)


def test_a_label_goes_along_with_the_end_of_a_curve_that_grows(loss: LossPlot) -> None:
    show_run(loss, ghost(level=0.4, steps=500))
    places = []
    for first in range(500, 900, 20):
        steps = np.arange(first + 1, first + 21)
        loss.ghosts.catch_up(1, steps, np.full(20, 0.4, np.float32))
        loss.refresh()
        (label,) = loss.ghosts.labels.labels
        end = float(loss.canvas.axes.x(loss.ghosts.curve(1)[0][-1]))
        if label.box.left() > end - 10:  # else there was a better place along the curve
            places.append(label.box.left() - end)
    assert places
    assert max(places) - min(places) <= 8


def test_the_readout_tells_its_value_also_beyond_the_run_at_hand(loss: LossPlot) -> None:
    show_run(loss, ghost(), ghost(2, level=0.7, label="lr 0.1", steps=600))
    hover(loss, 300)
    text = loss.readout.text()
    assert "batch loss" in text
    for told in ("lr 0.3", "1.0", "lr 0.1", "0.7"):
        assert told in text
    hover(loss, 100)
    assert "lr 0.3" not in loss.readout.text(), "it is the run at hand there"
    hover(loss, 700)
    text = loss.readout.text()
    assert "700" in text
    assert "lr 0.3" in text
    assert "lr 0.1" not in text
    assert "batch loss" not in text


@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_the_readout_of_a_run_that_is_not_trained_yet_tells_of_the_others(
    request: pytest.FixtureRequest, name: str
) -> None:
    plot: MetricPlot = request.getfixturevalue(name)
    show(plot, UNTRAINED)
    plot.ghosts.set_ghosts([ghost(begins=0)], CE)
    assert plot.canvas.message == ""
    hover(plot, 400)
    assert "lr 0.3" in plot.readout.text()
    plot.ghosts.set_visible(False)
    assert plot.canvas.message


def test_the_readout_names_the_step_of_an_epoch_that_is_another(accuracy: AccuracyPlot) -> None:
    show_run(accuracy, ghost(begins=100, steps=1000))
    hover(accuracy, 200)
    assert "50.0 % at 250" in accuracy.readout.text()


@pytest.mark.parametrize("where", ["curve", "label"])
def test_a_click_offers_to_go_on_with_it_or_to_hide_it(
    qtbot: QtBot, loss: LossPlot, where: str
) -> None:
    show_run(loss, ghost(), ghost(2, level=0.7, label="lr 0.1", steps=600))
    label = next(each for each in loss.ghosts.labels.labels if each.line == 1)
    place = label.box.center().toPoint() if where == "label" else place_of(loss, 700, 1.0)
    plain = loss.canvas.beside.pen(1)
    menu = click(loss, place)
    assert menu is not None
    assert loss.canvas.beside.pen(1) != plain, "it stands out while the menu is about it"
    assert [each.text() for each in menu.actions()] == ["Go on with run 1 (lr 0.3)", "Hide"]
    assert all(each.toolTip() for each in menu.actions())
    with qtbot.waitSignal(loss.ghosts.go_requested) as asked:
        menu.actions()[0].trigger()
    assert asked.args == [1]
    with qtbot.waitSignal(loss.ghosts.hide_requested) as asked:
        menu.actions()[1].trigger()
    assert asked.args == [1]
    menu.close()
    assert loss.canvas.beside.pen(1) == plain
    assert click(loss, place_of(loss, 700, 1.5)) is None
    assert loss.canvas.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_the_one_under_the_mouse_stands_out(loss: LossPlot, theme: Theme) -> None:
    show_run(loss, ghost(), ghost(2, level=0.7, label="lr 0.1", steps=600))
    pens = loss.canvas.beside.pen
    plain = pens(1)
    assert plain.color() == pens(2).color() == theme.color("ghost")
    QTest.mouseMove(loss.canvas.viewport(), place_of(loss, 700, 1.0))
    assert loss.canvas.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert pens(1).widthF() > plain.widthF()
    assert pens(1).color() != plain.color()
    assert pens(2).color() == plain.color()
    QTest.mouseMove(loss.canvas.viewport(), place_of(loss, 500, 0.7))
    assert (pens(1), pens(2) == plain) == (plain, False)
    QApplication.sendEvent(loss.canvas, QEvent(QEvent.Type.Leave))
    assert pens(2) == plain


def test_other_words_are_written_at_once(loss: LossPlot) -> None:
    first = ghost()
    show_run(loss, first)
    loss.ghosts.set_ghosts([replace(first, label="lr 0.3, batch 64")], CE)
    assert [label.text for label in loss.ghosts.labels.labels] == ["lr 0.3, batch 64"]


def test_the_menu_hides_all_and_leads_on_with_each(qtbot: QtBot, loss: LossPlot) -> None:
    show_run(loss)
    bare = loss.canvas.grab().toImage()
    assert not action(loss, "Earlier runs").isEnabled()
    assert not loss.menu.go_menu.menuAction().isVisible()
    loss.ghosts.set_ghosts([ghost()], CE)
    loss.menu.offer_runs([(1, "run 1 (lr 0.3)")], are_any_left=True)
    switch = action(loss, "Earlier runs")
    switch.trigger()
    assert loss.ghosts.shown == ()
    assert loss.canvas.grab().toImage() == bare
    switch.trigger()
    assert len(loss.ghosts.shown) == 1
    (entry,) = loss.menu.go_menu.actions()
    assert entry.text() == "Run 1 (lr 0.3)"
    with qtbot.waitSignal(loss.ghosts.go_requested) as asked:
        entry.trigger()
    assert asked.args == [1]


def test_a_closer_look_draws_more_of_it(loss: LossPlot) -> None:
    show_run(loss, ghost(steps=100_000), steps=100_000)
    few = np.diff(loss.ghosts.curve(1)[0]).max()
    wheel(loss, 50_000, 20)
    low, high = loss.canvas.x_range
    x, _ = loss.ghosts.curve(1)
    assert np.diff(x).max() < few / 8
    assert x[0] <= low
    assert x[-1] >= high


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_of_the_plot_holds_it(
    loss: LossPlot, theme: Theme, tmp_path: Path, ending: str
) -> None:
    show_run(loss, ghost())
    place = loss.canvas.mapTo(loss, place_of(loss, 700, 1.0))
    loss.export(tmp_path / f"loss.{ending}")
    if ending == "svg":
        text = (tmp_path / "loss.svg").read_text(encoding="utf-8")
        assert theme.colors.ghost.lower() in text.lower()
        assert "lr 0.3" in text
        return
    picture = QImage(str(tmp_path / "loss.png"))
    near = [2 * place + QPoint(0, y) for y in range(-4, 5)]
    assert theme.color("ghost").name() in {picture.pixelColor(each).name() for each in near}


def test_lanes_grow_beside_the_run_at_hand_in_their_colours(loss: LossPlot, theme: Theme) -> None:
    lanes = [
        ghost(n, steps=201, label=f"{letter} 0.{n}", token=f"branch_{letter.lower()}", width=2.0)
        for n, letter in enumerate("ABCD", 1)
    ]
    show_run(loss, *lanes)
    for first in range(202, 1202, 100):
        for n in range(1, 5):
            steps = np.arange(first, first + 100)
            loss.ghosts.catch_up(n, steps, np.full(100, 0.3 * n + 0.3, np.float32))
        loss.refresh()
    loss.ghosts.catch_up(1, NO_STEPS, NO_LOSSES, [measured(5, 1201)])
    loss.refresh()
    assert loss.canvas.x_range[1] >= 1201
    for n, letter in enumerate("abcd", 1):
        assert loss.ghosts.curve(n)[0][-1] == 1201
        color = theme.color(f"branch_{letter}").name()
        assert colour_near(loss, place_of(loss, 1100, 0.3 * n + 0.3), color)
    inks = {label.text[0]: label.token for label in loss.ghosts.labels.labels}
    assert inks == {"A": "branch_a", "B": "branch_b", "C": "branch_c", "D": "branch_d"}


def test_what_grows_is_painted_as_what_is_painted_at_once(loss: LossPlot) -> None:
    noise = np.random.default_rng(0).normal(size=1200)
    losses = (0.8 * np.exp(0.5 * noise)).astype(np.float32)
    show_run(loss, ghost(steps=201, width=2.0), steps=2000)
    steps = np.arange(202, 1402)
    for first in range(0, 1200, 75):
        loss.ghosts.catch_up(1, steps[first : first + 75], losses[first : first + 75])
        loss.refresh()
        QApplication.processEvents()
    grown = loss.canvas.grab().toImage()
    loss.canvas.viewport().update()
    assert loss.canvas.grab().toImage() == grown
    whole = np.concatenate([ghost(steps=201).losses, losses])
    loss.ghosts.set_ghosts([], CE)
    other = ghost(steps=201, width=2.0)
    again = Ghost(1, other.label, other.name, 200, whole, other.measurements, other.functions)
    loss.ghosts.set_ghosts([again], CE)
    x, y = loss.ghosts.curve(1)
    assert (x[0], x[-1]) == (200, 1401)
    assert np.isfinite(y).all()
