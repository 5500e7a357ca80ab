"""The changes that the user made, marked on the plots."""

from itertools import pairwise

import pytest

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.look.theme import DARK
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.plots.using_plots import (
    UNTRAINED,
    changed,
    hover,
    measured,
    progress,
    show,
)


def test_a_change_is_marked_and_labelled(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 50), changed(25))
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.01"]
    area = loss.canvas.area
    line = round(loss.canvas.x_pixel(25))
    assert loss.canvas.markers.markers[0].x == pytest.approx(line, abs=1)
    picture = loss.canvas.grab().toImage()
    column = {picture.pixelColor(line, y).name() for y in range(60, int(area.bottom()))}
    assert DARK.ledger.lower() in column


def test_changes_at_one_step_share_a_line_and_the_last_word_on_an_option_counts(
    loss: LossPlot,
) -> None:
    optimizer = LedgerEntry(25, 1, "optimizer", "adam", "sgd")
    show(loss, progress(1, [1.0] * 50), changed(25), changed(25, 0.1, 0.001), optimizer)
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.001, optimizer Adam → SGD"]
    loss.set_ledger_entries((changed(30),))
    loss.refresh()
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.01"]


@pytest.mark.parametrize("every", [2, 12, 30])
def test_labels_are_calm(loss: LossPlot, every: int) -> None:
    steps = range(1, 96, every)
    show(loss, progress(1, [1.0] * 96), *(changed(s, s / 1000, s / 100) for s in steps))
    loss.resize(700, 300)
    for width in (700, 260):
        loss.resize(width, 300)
        area, boxes = loss.canvas.area, loss.canvas.markers.label_boxes
        assert all(area.contains(box) for box in boxes)
        assert len({box.top() for box in boxes}) <= 1
        lines = [marker.x for marker in loss.canvas.markers.markers]
        assert not any(box.left() <= x <= box.right() for box in boxes for x in lines)
        assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_lines_close_to_each_other_share_a_label(loss: LossPlot) -> None:
    changes = (changed(20, 0.1, 0.01), changed(22, 0.01, 0.001), changed(24, 0.001, 0.0001))
    show(loss, progress(1, [1.0] * 50), *changes)
    assert len(loss.canvas.markers.markers) == 3
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.0001"]


def test_lines_of_many_changes_do_not_crowd_and_none_is_lost(loss: LossPlot) -> None:
    changes = [changed(step, step / 1000, (step + 1) / 1000) for step in range(1, 400, 2)]
    show(loss, progress(1, [1.0] * 400), *changes)
    markers = loss.canvas.markers.markers
    assert min(b.x - a.x for a, b in pairwise(markers)) >= 12
    assert [entry for marker in markers for entry in marker.entries] == changes
    shown = loss.canvas.axes.x_value(markers[10].x)
    assert loss.canvas.markers.entries_near(loss.canvas.x_pixel(shown))


def test_a_label_has_fewer_words_where_the_next_line_is_near(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 50), changed(20, 0.1, 0.01), changed(34, 0.01, 0.3))
    assert loss.canvas.markers.labels == ["lr 0.01 → 0.3", "lr 0.01"]


def test_the_newest_label_stands_before_its_line_at_the_right_edge(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 98), changed(20), changed(97, 0.01, 0.3))
    first, newest = loss.canvas.markers.markers
    label = loss.canvas.markers.label_boxes[0]
    assert first.x < label.left() < label.right() < newest.x


def test_the_accuracy_has_the_lines_and_tells_of_them_when_hovered(
    accuracy: AccuracyPlot,
) -> None:
    show(accuracy, UNTRAINED, measured(1, 40), measured(2, 80), changed(60))
    assert len(accuracy.canvas.markers.markers) == 1
    assert accuracy.canvas.markers.labels == []
    hover(accuracy, 60)
    assert "lr 0.1 → 0.01" in accuracy.readout.text()
    hover(accuracy, 78)
    assert "lr 0.1 → 0.01" not in accuracy.readout.text()
