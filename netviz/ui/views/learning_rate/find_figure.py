"""The curve of a range test as a file: picture, drawing or table."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout

from netviz.engine.atomic_files import write_whole
from netviz.engine.curves.ticks import Ticks
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.protocol.range_test import RangeTest
from netviz.ui.charts.axes import LABEL_PX, Axes
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.plots.plot_export import csv_bytes, png_bytes, svg_bytes
from netviz.ui.views.learning_rate.find_chart import FindChart
from netviz.ui.views.learning_rate.rate_chart import LEFT_PX, RIGHT_PX, X_RANGE

SIZE_PX = (880, 400)
_RATES = ("1e-5", "1e-4", "1e-3", "0.01", "0.1", "1", "10")


def write_range_test(
    path: Path, theme: Theme, test: RangeTest, earlier: RangeTest | None = None
) -> None:
    """Write a range test as the ending of `path` says: ``.png``, ``.svg`` or ``.csv``.

    Needs a QApplication, but no screen.

    Raises
    ------
    StorageError
        When the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        data = csv_bytes(*_table(test))
    else:
        figure = _Figure(theme, test, earlier)
        figure.resize(*(theme.px(length) for length in SIZE_PX))
        figure.ensurePolished()
        if (layout := figure.layout()) is not None:
            layout.activate()
        background = theme.color("surface")
        if ending == ".svg":
            data = svg_bytes(figure, background, figure.accessibleName())
        else:
            data = png_bytes(figure, background)
        figure.deleteLater()
    write_whole(path, lambda temporary: temporary.write_bytes(data))


def _table(test: RangeTest) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Return the loss of each batch in each trial, and their mean, smoothed."""
    names = tuple(f"loss_{number}" for number in range(1, len(test.losses) + 1))
    rows = zip(test.rates.tolist(), *test.losses.tolist(), test.mean.tolist(), strict=True)
    known = (
        tuple("" if isinstance(each, float) and math.isnan(each) else each for each in row)
        for row in rows
    )
    return ("learning_rate", *names, "smoothed_mean"), known


class _Figure(ThemedWidget):
    """The chart with a title and its axis."""

    def __init__(self, theme: Theme, test: RangeTest, earlier: RangeTest | None) -> None:
        super().__init__(theme)
        config = test.config
        with_what = f"{OPTIMIZERS[config.optimizer].title}, batches of {config.batch_size:,}"
        title = QLabel(f"Learning-rate range test from step {test.step:,}: {with_what}")
        title.setFont(theme.font(14, QFont.Weight.DemiBold))
        title.setStyleSheet(f"color: {theme.colors.text}")
        self.setAccessibleName(title.text())
        chart = FindChart(theme)
        chart.set_test(test, earlier)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.px(12),) * 4)
        layout.addWidget(title)
        layout.addWidget(chart, 1)
        layout.addWidget(_Axis(theme))
        fill_with_surface(self)


class _Axis(ThemedWidget):
    """The labels of the rates, and what they are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFixedHeight(2 * theme.px(LABEL_PX) + theme.px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px = QPainter(self), self._theme.px
        area = QRectF(px(LEFT_PX), 0, max(1, self.width() - px(LEFT_PX + RIGHT_PX)), 1)
        ticks: Ticks = [(math.log10(float(text)), text) for text in _RATES]
        axes = Axes(self._theme, area, X_RANGE, (0.0, 1.0))
        axes.paint_x_labels(painter, ticks, right=self.width())
        words = "learning rate; the loss of each batch, smoothed: trials thin, their mean wide"
        painter.drawText(QPointF(px(LEFT_PX), self.height() - px(4)), words)
