"""The strip of a layer: its values as tiles, cells or columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen

from netviz.engine.protocol.observations import ActivationsObserved
from netviz.number_text import percent_text, signed_text
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.image_painting import signed_pixels

MOST_TILES = 64
MOST_CELLS = 1024

_FRAME = 1
_MANY_CELLS = 128
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True)
class Zoom:
    """The lengths of a strip in pixels, smaller where the view is low."""

    tile: int
    cell: int
    column: int
    bar: int

    @staticmethod
    def fitting(height: int, theme: Theme) -> "Zoom":
        """Choose lengths for a view `height` pixels high."""
        px = theme.px
        if height < px(260):
            return Zoom(px(28), px(11), px(22), px(40))
        return Zoom(px(44), px(16), px(30), px(72))


class Strip:
    """The picture of one layer, or of the probabilities.

    Parameters
    ----------
    title, note
        What it is, and its number and range of values.
    """

    def __init__(self, title: str, note: str) -> None:
        self.title = title
        self.note = note

    def size(self, width: int, zoom: Zoom, theme: Theme) -> tuple[int, int]:
        """Return the width, at most `width`, and the height of the contents."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, zoom: Zoom, theme: Theme) -> None:
        """Paint the contents into an area of the size that `size` returned."""
        raise NotImplementedError

    def describe(self, point: QPointF, area: QRectF, zoom: Zoom) -> str:
        """Return the value at a point of the area, with what it is a value of, or empty."""
        raise NotImplementedError


class Grid(Strip):
    """Signed tiles or cells in rows, coloured relative to their largest magnitude.

    Parameters
    ----------
    values
        ``float32 [n, h, w]``; a cell is a tile of one value.
    kind
        What one of them is: ``unit`` or ``map``.
    count
        How many there are where `values` are only the first of them.
    """

    def __init__(
        self, title: str, values: NDArray[np.float32], kind: str, count: int | None = None
    ) -> None:
        count = len(values) if count is None else count
        most = MOST_CELLS if values.shape[1:] == (1, 1) else MOST_TILES
        self._values = values[:most]
        self.limit = _largest(self._values)
        shown = f"{most} of {count} shown" if count > most else f"{count} {kind}s"
        super().__init__(title, f"{shown} · ±{self.limit:.2g}")
        self._kind = kind
        self._picture: tuple[object, QImage] | None = None

    def size(self, width: int, zoom: Zoom, theme: Theme) -> tuple[int, int]:
        columns, rows, across, down = self._places(width, zoom)
        return columns * across, rows * down

    def paint(self, painter: QPainter, area: QRectF, zoom: Zoom, theme: Theme) -> None:
        columns, rows, _, _ = self._places(round(area.width()), zoom)
        key = (columns, zoom, theme.colors)
        if self._picture is None or self._picture[0] != key:
            self._picture = (key, self._compose(columns, rows, zoom, theme))
        painter.drawImage(area.topLeft(), self._picture[1])

    def describe(self, point: QPointF, area: QRectF, zoom: Zoom) -> str:
        columns, rows, across, down = self._places(round(area.width()), zoom)
        x, y = int(point.x() - area.left()), int(point.y() - area.top())
        if not (0 <= x < columns * across and 0 <= y < rows * down):
            return ""
        index = y // down * columns + x // across
        magnified, step = self._magnified(zoom)
        row, column = (
            max(offset - _FRAME, 0) // magnified * step for offset in (y % down, x % across)
        )
        count, height, width = self._values.shape
        if index >= count:
            return ""
        row, column = min(row, height - 1), min(column, width - 1)
        place = "" if height == width == 1 else f", row {row}, column {column}"
        value = signed_text(float(self._values[index, row, column]))
        return f"{self.title} · {self._kind} {index}{place}: {value}"

    def _magnified(self, zoom: Zoom) -> tuple[int, int]:
        """Return how many pixels a value takes, and of how many values one is drawn."""
        side = max(self._values.shape[1:])
        cell = zoom.cell if len(self._values) <= _MANY_CELLS else 0.6 * zoom.cell
        wanted = cell if side == 1 else zoom.tile
        return max(round(wanted / side), 1), max(round(side / (1.5 * wanted)), 1)

    def _places(self, width: int, zoom: Zoom) -> tuple[int, int, int, int]:
        """Return columns and rows of tiles, and the distances between them across and down."""
        count, tile_height, tile_width = self._values.shape
        magnified, step = self._magnified(zoom)
        across = -(-tile_width // step) * magnified + 2 * _FRAME
        down = -(-tile_height // step) * magnified + 2 * _FRAME
        rows = -(-count // max(width // across, 1))
        # Rows of one length look better than a last one with a single tile.
        return -(-count // rows), rows, across, down

    def _compose(self, columns: int, rows: int, zoom: Zoom, theme: Theme) -> QImage:
        magnified, step = self._magnified(zoom)
        tiles = signed_pixels(self._values[:, ::step, ::step], self.limit, theme)
        tiles = tiles.repeat(magnified, axis=1).repeat(magnified, axis=2)
        # The frame makes a tile of zeros visible, since zero has the background's colour.
        frame = ((0, 0), (_FRAME, _FRAME), (_FRAME, _FRAME))
        tiles = np.pad(tiles, frame, constant_values=theme.color("border").rgb())
        missing = ((0, rows * columns - len(tiles)), (0, 0), (0, 0))
        tiles = np.pad(tiles, missing, constant_values=theme.color("surface").rgb())
        _, down, across = tiles.shape
        picture = tiles.reshape(rows, columns, down, across).swapaxes(1, 2)
        pixels = np.ascontiguousarray(picture.reshape(rows * down, columns * across))
        size, line = (columns * across, rows * down), pixels.strides[0]
        return QImage(pixels.data, *size, line, QImage.Format.Format_RGB32).copy()


class Columns(Strip):
    """A column for each class, with its name below.

    Parameters
    ----------
    values
        ``float32 [classes]``: signed logits, or probabilities.
    names
        The classes.
    are_probabilities
        Whether they are in 0..1, and the largest one is marked.
    """

    def __init__(
        self,
        title: str,
        note: str,
        values: NDArray[np.float32],
        names: tuple[str, ...],
        *,
        are_probabilities: bool,
    ) -> None:
        self.limit = 1.0 if are_probabilities else _largest(values)
        scale = "" if are_probabilities else f"±{self.limit:.2g}"
        super().__init__(title, " · ".join(filter(None, [note, scale])))
        self._values = values
        self._names = names
        self._are_probabilities = are_probabilities

    def size(self, width: int, zoom: Zoom, theme: Theme) -> tuple[int, int]:
        metrics = QFontMetrics(theme.font(12))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        column = max(zoom.column, widest + theme.px(8))
        return min(width, column * len(self._values)), zoom.bar + metrics.height()

    def paint(self, painter: QPainter, area: QRectF, zoom: Zoom, theme: Theme) -> None:
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        bars = area.adjusted(0, 0, 0, -metrics.height())
        zero = bars.bottom() if self._are_probabilities else bars.center().y()
        span = bars.height() if self._are_probabilities else bars.height() / 2
        column = area.width() / max(len(self._values), 1)
        predicted = int(self._values.argmax())
        for index, value in enumerate(np.nan_to_num(self._values).tolist()):
            left = area.left() + index * column
            height = span * min(max(value / self.limit, -1), 1) if self.limit else 0.0
            gap = min(column * 0.15, theme.px(4))
            bar = QRectF(left + gap, zero, column - 2 * gap, -height).normalized()
            painter.fillRect(bar, theme.color(self._token(value, index == predicted)))
            painter.setPen(theme.color("text" if index == predicted else "muted"))
            label = QRectF(left, bars.bottom(), column, metrics.height())
            name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(column))
            painter.drawText(label, _ALIGN.AlignCenter, name)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QPointF(bars.left(), zero), QPointF(bars.right(), zero))

    def describe(self, point: QPointF, area: QRectF, zoom: Zoom) -> str:
        index = int((point.x() - area.left()) / area.width() * len(self._values))
        if not (area.contains(point) and 0 <= index < len(self._values)):
            return ""
        value = float(self._values[index])
        number = percent_text(value) if self._are_probabilities else signed_text(value)
        return f"{self.title} · {self._names[index]}: {number}"

    def _token(self, value: float, is_predicted: bool) -> str:
        if self._are_probabilities:
            return "right" if is_predicted else "faint"
        return "positive" if value > 0 else "negative"


def strips_of(observed: ActivationsObserved, classes: tuple[str, ...]) -> list[Strip]:
    """Return the strips of an observation: layers, logits, probabilities, first weights."""
    strips: list[Strip] = []
    for number, layer in enumerate(observed.layers[:-1], start=1):
        values, kind = layer.values, "map"
        if values.ndim == 1:
            values, kind = values.reshape(-1, 1, 1), "unit"
        strips.append(Grid(f"Layer {number} · {layer.title}", values, kind))
    for layer in observed.layers[-1:]:
        logits = layer.values.reshape(-1)
        names = class_names(classes, len(logits))
        strips.append(Columns("Logits", layer.title, logits, names, are_probabilities=False))
    probabilities = observed.probabilities
    names = class_names(classes, len(probabilities))
    strips.append(Columns("Probabilities", "", probabilities, names, are_probabilities=True))
    if len(observed.filters):
        kind = "map" if observed.layers and observed.layers[0].values.ndim == 3 else "unit"
        weights = _strongest_channel(observed.filters)
        strips.append(Grid("First layer’s weights", weights, kind, len(observed.filters)))
    return strips


def class_names(classes: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return the names if there is one for each of `count` classes, else their numbers."""
    return classes if len(classes) == count else tuple(str(index) for index in range(count))


def _largest(values: NDArray[np.float32]) -> float:
    """Return the largest finite magnitude; a diverged network has values that are not."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def _strongest_channel(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep of ``[n, C, H, W]`` the channel of the largest magnitude at each pixel."""
    filters = filters[:MOST_TILES]
    strongest = np.abs(filters).argmax(axis=1, keepdims=True)
    return np.take_along_axis(filters, strongest, axis=1)[:, 0]
