"""The mistakes as a list model, and how one of them is painted: no widget for each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from netviz.engine.protocol.mistakes import predicted_classes
from netviz.engine.protocol.observations import ImageArrays, TestPredictions
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.image_painting import gray_image

MISTAKE_ROLE = Qt.ItemDataRole.UserRole
_IMAGE_PX = 54
_LINE_PX = 16
_SHORT_NAME = 2
_NAME_PX = 108
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Mistake:
    """One test image and how it is answered.

    Attributes
    ----------
    index
        Of the test image.
    image
        Its pixels, ``uint8 [C, H, W]``.
    true, predicted
        Class indices.
    true_name, predicted_name
        The same by name.
    probabilities
        ``float32 [classes]``.
    is_learned, is_forgotten
        Whether it changed since the evaluation before.
    """

    index: int
    image: NDArray[np.uint8]
    true: int
    predicted: int
    true_name: str
    predicted_name: str
    probabilities: NDArray[np.float32]
    is_learned: bool
    is_forgotten: bool

    @property
    def is_correct(self) -> bool:
        """Whether it is no mistake, or none any more."""
        return self.true == self.predicted

    @property
    def confidence(self) -> float:
        """Probability of the predicted class."""
        return float(self.probabilities[self.predicted])

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        sure = f"{share(self.confidence)} sure"
        if self.is_correct:
            news = "just learned" if self.is_learned else "answered rightly"
            return f"Test image {self.index:,}: {self.true_name}, {news}, {sure}."
        news = "; it was right at the evaluation before" if self.is_forgotten else ""
        return (
            f"Test image {self.index:,} is {self.true_name} and was taken for"
            f" {self.predicted_name}, {sure}{news}."
        )


def share(probability: float) -> str:
    """Write a probability in whole percent."""
    return f"{100 * probability:.0f} %" if np.isfinite(probability) else "–"


class MistakeModel(QAbstractListModel):
    """The chosen test images in the chosen order; each is looked up when it is asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: ImageArrays | None = None
        self._classes: tuple[str, ...] = ()
        self._answers: TestPredictions | None = None
        self._predicted = np.empty(0, np.int64)
        self._indices = np.empty(0, np.int64)

    @property
    def indices(self) -> NDArray[np.int64]:
        """Test indices in their order."""
        return self._indices

    def set_images(self, images: ImageArrays, classes: tuple[str, ...]) -> None:
        """Take on another data set, of which nothing is listed yet."""
        self.beginResetModel()
        self._images, self._classes = images, classes
        self._answers = None
        self._indices = np.empty(0, np.int64)
        self.endResetModel()

    def set_predictions(self, answers: TestPredictions, indices: NDArray[np.int64]) -> None:
        """List the test images `indices` with these answers."""
        self.beginResetModel()
        if answers is not self._answers:
            self._predicted = predicted_classes(answers.probabilities)
        self._answers, self._indices = answers, indices
        self.endResetModel()

    def mistake(self, test_index: int) -> Mistake | None:
        """Return any test image with its answer, listed or not."""
        images, answers = self._images, self._answers
        if images is None or answers is None:
            return None
        true, predicted = int(images.test_labels[test_index]), int(self._predicted[test_index])
        return Mistake(
            index=test_index,
            image=images.test_images[test_index],
            true=true,
            predicted=predicted,
            true_name=self._classes[true],
            predicted_name=self._classes[predicted],
            probabilities=answers.probabilities[test_index],
            is_learned=bool(answers.just_learned[test_index]),
            is_forgotten=bool(answers.just_forgotten[test_index]),
        )

    def row_of(self, test_index: int) -> int:
        """Return where a test image stands in the list; -1 where it does not."""
        rows = np.flatnonzero(self._indices == test_index)
        return int(rows[0]) if rows.size else -1

    def rowCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._indices)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == MISTAKE_ROLE:
            return self.mistake(int(self._indices[index.row()]))
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            mistake = self.mistake(int(self._indices[index.row()]))
            return mistake.sentence if mistake else None
        return None


class MistakeDelegate(QStyledItemDelegate):
    """Paints a mistake: the image, what it was taken for, what it is, how sure."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._classes: tuple[str, ...] = ()

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Make space for the names of these classes."""
        self._classes = classes

    @property
    def item_size(self) -> QSize:
        """Size of every item."""
        px = self._theme.px
        lines = 2 if self._has_short_names else 3
        return QSize(self._width, px(_IMAGE_PX + lines * _LINE_PX + 10))

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return self.item_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        mistake = index.data(MISTAKE_ROLE)
        if not isinstance(mistake, Mistake):
            return
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._paint_ground(painter, area, state)
        side = theme.px(_IMAGE_PX)
        picture = QRect(area.center().x() - side // 2, area.top() + theme.px(4), side, side)
        painter.drawImage(picture, gray_image(mistake.image))
        self._paint_badge(painter, picture, mistake)
        line = QRect(area.left(), picture.bottom() + theme.px(3), area.width(), theme.px(_LINE_PX))
        for parts in self._lines(mistake):
            self._paint_line(painter, line, parts)
            line.translate(0, line.height())
        painter.restore()

    @property
    def _has_short_names(self) -> bool:
        return max((len(name) for name in self._classes), default=0) <= _SHORT_NAME

    @property
    def _width(self) -> int:
        px = self._theme.px
        if self._has_short_names:
            return px(72)
        metrics = QFontMetrics(self._theme.font(12, QFont.Weight.Bold))
        widest = max(metrics.horizontalAdvance(name) for name in self._classes)
        return max(px(72), min(px(_NAME_PX), widest + px(24)))

    def _paint_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        inside = area.adjusted(1, 1, -1, -1)
        radius = self._theme.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(self._theme.color("primary"), max(1.0, self._theme.scale)))
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(self._theme.color("raised"))
            painter.drawRoundedRect(inside, radius, radius)

    def _paint_badge(self, painter: QPainter, picture: QRect, mistake: Mistake) -> None:
        """Say across the image's lower edge that the answer changed."""
        theme = self._theme
        if not (mistake.is_forgotten or mistake.is_learned):
            return
        text, token = ("forgotten", "wrong") if mistake.is_forgotten else ("learned", "right")
        strip = QRect(picture)
        strip.setTop(picture.bottom() - theme.px(13))
        painter.fillRect(strip, theme.color(token))
        painter.setFont(theme.font(10, QFont.Weight.DemiBold))
        painter.setPen(theme.color("ground" if theme.dark else "surface"))
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, text)

    def _lines(self, mistake: Mistake) -> list[tuple[str, str, str]]:
        """Each line as icon, bold coloured part, plain part."""
        confidence = ("", "", share(mistake.confidence))
        if mistake.is_correct:
            return [("check", mistake.true_name, ""), confidence]
        if self._has_short_names:
            return [("x", mistake.predicted_name, f" is {mistake.true_name}"), confidence]
        return [("x", mistake.predicted_name, ""), ("", "", f"is {mistake.true_name}"), confidence]

    def _paint_line(self, painter: QPainter, line: QRect, parts: tuple[str, str, str]) -> None:
        theme = self._theme
        name, bold, plain = parts
        bold_font, plain_font = theme.font(12, QFont.Weight.Bold), theme.font(12)
        sign = theme.px(12) if name else 0
        room = line.width() - sign - theme.px(4)
        elide = Qt.TextElideMode.ElideRight
        bold = QFontMetrics(bold_font).elidedText(bold, elide, room)
        plain = QFontMetrics(plain_font).elidedText(plain, elide, room)
        bold_width = QFontMetrics(bold_font).horizontalAdvance(bold)
        width = sign + bold_width + QFontMetrics(plain_font).horizontalAdvance(plain)
        left = line.center().x() - width // 2
        token = "right" if name == "check" else "wrong"
        if name:
            place = QRect(QPoint(left, line.center().y() - sign // 2 + 1), QSize(sign, sign))
            icon(theme, name, token, 12).paint(painter, place)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold_font)
        painter.setPen(theme.color(token))
        painter.drawText(line.adjusted(left + sign - line.left(), 0, 0, 0), middle, bold)
        painter.setFont(plain_font)
        painter.setPen(theme.color("text" if bold or plain.startswith("is") else "muted"))
        painter.drawText(
            line.adjusted(left + sign + bold_width - line.left(), 0, 99, 0), middle, plain
        )
