"""By hand: the loss of three images, and the mean of the batch, with numbers."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from netviz.engine.protocol.loop.arithmetic import digits
from netviz.engine.protocol.loop.loss_by_hand import IMAGES, ImageByHand, LossByHand, loss_by_hand
from netviz.engine.protocol.loop.step_traced import StepTraced
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.loop.arithmetic_table import ArithmeticTable
from netviz.ui.widgets.image_painting import gray_image
from netviz.ui.widgets.tooltip_widget import TooltipWidget

_ROW_PX, _HEAD_PX, _LINE_PX, _GAP_PX = 14, 24, 15, 16
_CLASSES = 10
"""So many classes are listed: the true one and those of the largest logits."""
_COLUMNS = (
    "The number of a class; the right one is lit.",
    "What the network says of each class.",
    "e to the power of the logit less the largest one, so that nothing becomes too large.",
    "The probability: the share of this class in the sum of all exponentials (softmax).",
)
_HOW = {
    "mse": "The loss is the mean of the squared distances: of p to 1 for the right class, and to 0 "
    "for the others.",
    "cross-entropy": "The loss is minus the logarithm of the right class's probability.",
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LossPage(ThemedWidget):
    """Softmax, logarithm and mean.

    Attributes
    ----------
    table
        What becomes of each image's logits.
    mean
        The mean of the batch, compared with torch's.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.table, self.mean = LossTable(theme), ArithmeticTable(theme)
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        area.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        area.setMinimumHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(area, 1)
        layout.addWidget(self.mean)

    def show_step(self, traced: StepTraced | None) -> None:
        """Write out the loss of a step; None for nothing yet."""
        by_hand = loss_by_hand(traced) if traced else None
        images = [gray_image(image) for image in traced.images[:IMAGES]] if traced else []
        self.table.show_loss(by_hand, images, traced.config.loss if traced else "")
        self.mean.show_lines((by_hand.mean,) if by_hand else ())


class LossTable(TooltipWidget):
    """A column for each image: logits, their exponentials, the probabilities, and its loss."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._by_hand: LossByHand | None = None
        self._images: list[QImage] = []
        self._loss = ""
        self.setAccessibleName("The loss of three images")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_loss(self, by_hand: LossByHand | None, images: list[QImage], loss: str = "") -> None:
        """Write out the loss of these images; `loss` is its name among the options."""
        self._by_hand, self._images = by_hand, images
        self._loss = "mse" if loss == "mse" else "cross-entropy"
        said = [
            f"label {each.label}: loss {digits(each.lines[-1].result)}"
            for each in (by_hand.images if by_hand else ())
        ]
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def text_at(self, position: QPointF) -> str:
        """Explain the column under the mouse."""
        if self._by_hand is None:
            return ""
        gap = self._theme.px(_GAP_PX)
        width = (self.width() - gap * (IMAGES - 1)) / IMAGES
        cell = int((position.x() % (width + gap)) / (width / len(_COLUMNS)))
        if position.y() < self._theme.px(_HEAD_PX) or cell >= len(_COLUMNS):
            return "One of the first images of the batch, and its right class."
        if position.y() > self.height() - 2 * self._theme.px(_LINE_PX):
            return _HOW[self._loss]
        return _COLUMNS[cell]

    def sizeHint(self) -> QSize:
        px = self._theme.px
        classes = len(self._by_hand.images[0].logits) if self._by_hand else 0
        rows = min(classes, _CLASSES) + 1 + (classes > _CLASSES)
        lines = len(self._by_hand.images[0].lines) if self._by_hand else 0
        return QSize(px(300), px(_HEAD_PX) + rows * px(_ROW_PX) + lines * px(_LINE_PX) + px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._by_hand is None:
            return
        painter, gap = QPainter(self), self._theme.px(_GAP_PX)
        images = self._by_hand.images
        width = (self.width() - gap * (IMAGES - 1)) / IMAGES
        for number, image in enumerate(images):
            column = QRectF(number * (width + gap), 0, width, self.height())
            self._paint_column(painter, column, image, self._images[number])

    def _paint_column(
        self, painter: QPainter, column: QRectF, image: ImageByHand, picture: QImage
    ) -> None:
        theme, px = self._theme, self._theme.px
        side = px(_HEAD_PX) - px(2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(column.left(), 0, side, side), picture)
        painter.setFont(theme.font(13, QFont.Weight.DemiBold))
        painter.setPen(theme.color("text"))
        head = QRectF(column.left() + side + px(8), 0, column.width() - side, side)
        painter.drawText(head, _LEFT, f"label {image.label}")
        y = column.top() + px(_HEAD_PX)
        row = QRectF(column.left(), y, column.width(), px(_ROW_PX))
        self._paint_cells(painter, row, ("class", "logit", "exp", "p"), "muted")
        for at in _listed(image.logits, image.label):
            row.translate(0, px(_ROW_PX))
            if at == image.label:
                painter.fillRect(row, theme.color("lit"))
            cells = (
                str(at),
                _short(image.logits[at]),
                _short(image.exponentials[at]),
                f"{image.probabilities[at]:.4f}",
            )
            self._paint_cells(painter, row, cells, "text")
        if (more := len(image.logits) - _CLASSES) > 0:
            row.translate(0, px(_ROW_PX))
            self._paint_cells(painter, row, (f"… {more} more", "", "", ""), "muted")
        row.translate(0, px(_ROW_PX) + px(2))
        row.setHeight(px(_LINE_PX))
        for line in image.lines:
            painter.setFont(theme.font(12))
            text = f"{line.name} = {line.numbers} = {digits(line.result)}"
            painter.setPen(theme.color("text"))
            painter.drawText(row, _LEFT, text)
            row.translate(0, px(_LINE_PX))

    def _paint_cells(
        self, painter: QPainter, row: QRectF, cells: tuple[str, ...], token: str
    ) -> None:
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color(token))
        width = row.width() / len(cells)
        for number, text in enumerate(cells):
            cell = QRectF(row.left() + number * width, row.top(), width - 4, row.height())
            if number == 0:
                cell.adjust(4, 0, width, 0)
            painter.drawText(cell, _LEFT if number == 0 else _RIGHT, text)


def _listed(logits: NDArray[np.float64], label: int) -> list[int]:
    """Return the classes that are listed, in their order."""
    if len(logits) <= _CLASSES:
        return list(range(len(logits)))
    others = [int(at) for at in np.argsort(-logits, kind="stable") if at != label]
    return sorted([label, *others[: _CLASSES - 1]])


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
