"""What a widget paints, as data: texts, shapes and pictures, each with its place and colour.

A picture on the screen can hold every figure in the wrong place and still be a picture. So the
tests of what is painted take the way that paints it: the widget paints on a device that writes
down what it is told, and a test reads from that what a person would read from the screen.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontInfo,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QTextItem,
    QTransform,
)
from PySide6.QtWidgets import QWidget

Point = tuple[float, float]


@dataclass(frozen=True)
class Text:
    """A text, the box that its letters take, its colour as ``#rrggbb``, and its size of type."""

    text: str
    box: QRectF
    color: str
    size_px: float = 0.0


@dataclass(frozen=True)
class Shape:
    """A line, a curve or an area.

    Attributes
    ----------
    points
        Its corners; of a rectangle or an ellipse those of its box.
    box
        What it covers, as far as nothing cuts it off.
    line, fill
        Colours as ``#rrggbb``; empty where it has none.
    stops
        The colours of a fill that runs from one to another, in order.
    """

    points: tuple[Point, ...]
    box: QRectF
    line: str
    fill: str
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """An image and where it is painted."""

    image: QImage
    box: QRectF


class Painting:
    """All that was painted, in the order in which it was."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.shapes: list[Shape] = []
        self.pictures: list[Picture] = []

    def words(self) -> list[str]:
        """Return all texts in reading order: line by line, each from the left."""
        return [text.text for line in lines_of(self.texts) for text in line]

    def text(self, words: str) -> Text:
        """Return the one text with these words."""
        (found,) = (text for text in self.texts if text.text == words)
        return found

    def texts_in(self, area: QRectF) -> list[Text]:
        """Return the texts whose middle lies in an area, in reading order."""
        inside = [text for text in self.texts if area.contains(text.box.center())]
        return [text for line in lines_of(inside) for text in line]

    def collisions(self) -> list[tuple[str, str]]:
        """Return the texts that are written over each other, two by two."""
        inner = [(text.text, text.box.adjusted(0.5, 3, -0.5, -3)) for text in self.texts]
        return [
            (a, b)
            for place, (a, box) in enumerate(inner)
            for b, other in inner[:place]
            if a.strip() and b.strip() and box.intersects(other)
        ]

    def fill_at(self, x: float, y: float) -> str:
        """Return the colour of the uppermost area at a place."""
        place = QPointF(x, y)
        found = (shape.fill for shape in reversed(self.shapes) if shape.box.contains(place))
        return next(fill for fill in found if fill)

    def filled(self, color: str) -> list[Shape]:
        """Return the areas of a colour."""
        return [shape for shape in self.shapes if shape.fill == color]

    def drawn(self, color: str) -> list[Shape]:
        """Return the lines of a colour that have no fill."""
        return [shape for shape in self.shapes if shape.line == color and not shape.fill]


def painted(widget: QWidget) -> Painting:
    """Return what a widget and its children paint."""
    device = _Recorder(widget.size())
    QWidget.render(widget, device)  # a view of a scene has another `render` of its own
    return device.painting


def painted_by(paint: Callable[[QPainter], object], size: QSize) -> Painting:
    """Return what a function paints that is given a painter."""
    device = _Recorder(size)
    with QPainter(device) as painter:
        paint(painter)
    return device.painting


def lines_of(texts: Iterable[Text]) -> list[list[Text]]:
    """Return texts line by line; those of one line stand on about one height."""
    lines: list[list[Text]] = []
    for text in sorted(texts, key=lambda text: text.box.center().y()):
        if lines and abs(lines[-1][0].box.center().y() - text.box.center().y()) <= 4:
            lines[-1].append(text)
        else:
            lines.append([text])
    return [sorted(line, key=lambda text: text.box.left()) for line in lines]


def scale_of(labels: Sequence[tuple[float, float]]) -> Callable[[float], float]:
    """Return what value lies at a pixel, read from an axis: each label's pixel and value."""
    pixels, values = np.array(labels, np.float64).T
    slope, start = np.polyfit(pixels, values, 1)
    assert np.allclose(slope * pixels + start, values, atol=2 * abs(slope)), "an uneven axis"
    return lambda pixel: float(slope * pixel + start)


_NUMBER = re.compile(r"([-+]?[\d.]+(?:e[-+]?\d+)?)( %|k|M|)(?: steps)?")


def is_number(text: str) -> bool:
    """Whether a text is a label of an axis: ``1.5k``, ``−0.4``, ``98 %``, ``40 steps``."""
    return bool(_NUMBER.fullmatch(text.replace("−", "-").replace(",", "")))


def number(text: str) -> float:
    """Return the number that a label of an axis stands for."""
    found = _NUMBER.fullmatch(text.replace("−", "-").replace(",", ""))
    assert found, f"no number: {text}"
    return float(found[1]) * {" %": 0.01, "k": 1e3, "M": 1e6, "": 1}[found[2]]


def mixed(low: QColor, high: QColor, part: float) -> tuple[float, ...]:
    """Return red, green and blue of a colour between two others."""
    pairs = zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)
    return tuple(a + part * (b - a) for a, b in pairs)


def rgb(color: str) -> tuple[int, ...]:
    """Return red, green and blue of ``#rrggbb``."""
    return tuple(QColor(color).getRgb()[:3])


class _Recorder(QPaintDevice):
    """A device that paints nothing and notes what it is told to paint."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._size = size
        self.painting = Painting()
        self._engine = _Engine(self.painting)

    def paintEngine(self) -> QPaintEngine:
        return self._engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        kinds = QPaintDevice.PaintDeviceMetric
        dots = (kinds.PdmDpiX, kinds.PdmDpiY, kinds.PdmPhysicalDpiX, kinds.PdmPhysicalDpiY)
        known = {
            kinds.PdmWidth: self._size.width(),
            kinds.PdmHeight: self._size.height(),
            kinds.PdmDepth: 32,
            kinds.PdmDevicePixelRatio: 1,
            kinds.PdmDevicePixelRatioScaled: round(QPaintDevice.devicePixelRatioFScale()),
            **dict.fromkeys(dots, 96),
        }
        return known.get(metric, 1)


class _Engine(QPaintEngine):
    def __init__(self, painting: Painting) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self._painting = painting
        self._pen, self._brush, self._transform = QPen(), QBrush(), QTransform()
        self._clip: QRectF | None = None

    def begin(self, device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        dirty, changed = QPaintEngine.DirtyFlag, state.state()
        if changed & dirty.DirtyPen:
            self._pen = QPen(state.pen())
        if changed & dirty.DirtyBrush:
            self._brush = QBrush(state.brush())
        if changed & dirty.DirtyTransform:
            self._transform = QTransform(state.transform())
        if changed & dirty.DirtyClipRegion:
            is_none = state.clipOperation() == Qt.ClipOperation.NoClip
            self._clip = None if is_none else QRectF(state.clipRegion().boundingRect())
        if changed & dirty.DirtyClipEnabled and not state.isClipEnabled():
            self._clip = None

    def drawTextItem(self, place: QPointF, item: QTextItem) -> None:
        height = item.ascent() + item.descent()
        box = QRectF(place.x(), place.y() - item.ascent(), item.width(), height)
        size_px = QFontInfo(item.font()).pixelSize() * self._transform.m22()
        area, color = self._transform.mapRect(box), self._pen.color().name()
        text = Text(item.text(), area, color, size_px)
        self._painting.texts.append(text)

    def drawRects(self, rects: Sequence[QRectF]) -> None:
        for rect in rects:
            self._note_box(QRectF(rect))

    def drawEllipse(self, rect: QRectF) -> None:
        self._note_box(QRectF(rect))

    def drawPath(self, path: QPainterPath) -> None:
        path = self._transform.map(path)
        places = [path.elementAt(i) for i in range(path.elementCount())]
        self._note([(place.x, place.y) for place in places], is_area=True)

    def drawPolygon(self, points: Sequence[QPointF], mode: QPaintEngine.PolygonDrawMode) -> None:
        is_area = mode != QPaintEngine.PolygonDrawMode.PolylineMode
        self._note(self._mapped(points), is_area=is_area)

    def drawLines(self, lines: Sequence[object]) -> None:
        for line in lines:
            self._note(self._mapped([line.p1(), line.p2()]), is_area=False)

    def drawPoints(self, points: Sequence[QPointF]) -> None:
        self._note(self._mapped(points), is_area=False)

    def drawImage(self, box: QRectF, image: QImage, part: QRectF, flags: object = None) -> None:
        shown = image.copy(part.toRect())
        self._painting.pictures.append(Picture(shown, self._transform.mapRect(box)))

    def drawPixmap(self, box: QRectF, pixmap: QPixmap, part: QRectF) -> None:
        self.drawImage(box, pixmap.toImage(), part)

    def _mapped(self, points: Iterable[QPointF]) -> list[Point]:
        placed = (self._transform.map(QPointF(point)) for point in points)
        return [(place.x(), place.y()) for place in placed]

    def _note_box(self, box: QRectF) -> None:
        self._note(self._mapped([box.topLeft(), box.bottomRight()]), is_area=True)

    def _note(self, points: list[Point], *, is_area: bool) -> None:
        box = QPolygonF([QPointF(*point) for point in points]).boundingRect()
        if self._clip is not None:
            box = box.intersected(self._transform.mapRect(self._clip))
        line = "" if self._pen.style().value == 0 else self._pen.color().name()
        fill, stops = "", ()
        if is_area and self._brush.style().value:
            fill = self._brush.color().name()
            if gradient := self._brush.gradient():
                fill, stops = "gradient", tuple(color.name() for _, color in gradient.stops())
        self._painting.shapes.append(Shape(tuple(points), box, line, fill, stops))
