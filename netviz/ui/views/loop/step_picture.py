"""The picture over the code: the batch, the layers, the logits and the loss, and what is known."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.protocol.loop.loop_code import Does
from netviz.engine.protocol.loop.step_traced import LayerTraced, StepTraced
from netviz.number_text import loss_text, norm_text
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.image_painting import gray_image, signed_image
from netviz.ui.widgets.tooltip_widget import TooltipWidget

_HEIGHT_PX = 98
_TOP_PX, _BOX_PX, _BAR_PX = 16, 42, 66
_COLUMNS, _THUMB_PX = 4, 21
_LOGITS_PX, _LOSS_PX, _LEAST_BOX_PX, _GAP_PX = 74, 84, 66, 16
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class StepPicture(TooltipWidget):
    """The images go through the layers to the loss, and the gradients come back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._traced: StepTraced | None = None
        self._done: frozenset[Does] = frozenset()
        self._lit: Does | None = None
        self._images: list[QImage] = []
        self._names: list[str] = []
        self.setAccessibleName("The step as a picture")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)

    def show_step(self, traced: StepTraced | None, done: frozenset[Does], lit: Does | None) -> None:
        """Show a step of which so much has run."""
        if traced is not self._traced:
            self._images = [gray_image(image) for image in traced.images] if traced else []
            self._names = _names(traced.layers) if traced else []
        self._traced, self._done, self._lit = traced, done, lit
        self.setAccessibleDescription(self._words())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # in a very low window the lines matter more

    def text_at(self, position: QPointF) -> str:
        """Say what is under the mouse."""
        traced = self._traced
        if traced is None:
            return ""
        for area, layer in self._boxes():
            if layer is not None and area.left() <= position.x() <= area.right():
                return self._layer_words(traced.layers[layer])
        if self._logits_area().left() <= position.x() <= self._logits_area().right():
            return "A row for each of the first images, a column for each class: blue below zero."
        if position.x() < self._images_area().right():
            return f"The first {len(self._images)} images of the batch, as the network gets them."
        return "The loss of the batch: the mean of the losses of its images."

    def _layer_words(self, layer: LayerTraced) -> str:
        if layer.gradient_norm is None:
            return f"{layer.title}: no gradient, the layer is frozen or not used."
        if Does.BACKWARD not in self._done:
            return f"{layer.title}: its gradient is not computed yet."
        return f"{layer.title}: gradient norm {norm_text(layer.gradient_norm)}."

    def _words(self) -> str:
        if self._traced is None:
            return ""
        loss = loss_text(self._traced.loss) if Does.LOSS in self._done else "not computed yet"
        return f"Batch of {self._traced.batch_shape[0]} images; loss {loss}."

    # -- places ------------------------------------------------------------------------------

    def _images_area(self) -> QRectF:
        px = self._theme.px
        return QRectF(0, px(_TOP_PX), _COLUMNS * px(_THUMB_PX), 2 * px(_THUMB_PX))

    def _logits_area(self) -> QRectF:
        loss, px = self._loss_area(), self._theme.px
        left = loss.left() - px(_GAP_PX) - px(_LOGITS_PX)
        return QRectF(left, px(_TOP_PX), px(_LOGITS_PX), px(_BOX_PX))

    def _loss_area(self) -> QRectF:
        px = self._theme.px
        return QRectF(self.width() - px(_LOSS_PX) - 1, px(_TOP_PX), px(_LOSS_PX), px(_BOX_PX))

    def _boxes(self) -> list[tuple[QRectF, int | None]]:
        """Return a box for each layer, and None in the place of those that find no room."""
        layers = self._traced.layers if self._traced else ()
        px, gap = self._theme.px, self._theme.px(_GAP_PX)
        left = self._images_area().right() + gap
        room = self._logits_area().left() - gap - left
        most = max(1, int((room + gap) // (px(_LEAST_BOX_PX) + gap)))
        shown: list[int | None] = list(range(len(layers)))
        if len(layers) > most:
            first, last = most // 2, (most - 1) // 2
            shown = [*range(first), None, *range(len(layers) - last, len(layers))]
        width = (room - gap * (len(shown) - 1)) / max(1, len(shown))
        top, height = px(_TOP_PX), px(_BOX_PX)
        return [
            (QRectF(left + number * (width + gap), top, width, height), layer)
            for number, layer in enumerate(shown)
        ]

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._traced is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        boxes = self._boxes()
        self._paint_images(painter, self._traced)
        for area, layer in boxes:
            self._paint_box(painter, area, layer)
        self._paint_logits(painter, self._traced)
        self._paint_loss(painter, self._traced)
        stops = [self._images_area(), *(area for area, _ in boxes), self._logits_area()]
        stops.append(self._loss_area())
        self._paint_arrows(painter, stops)
        self._paint_norms(painter, boxes)

    def _caption(self, painter: QPainter, area: QRectF, text: str) -> None:
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("muted"))
        wide = self._theme.px(20)
        top = QRectF(area.left() - wide, 0, area.width() + 2 * wide, self._theme.px(_TOP_PX) - 2)
        painter.drawText(top, _CENTRE, text)

    def _paint_images(self, painter: QPainter, traced: StepTraced) -> None:
        area, side = self._images_area(), self._theme.px(_THUMB_PX)
        count = traced.batch_shape[0]
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("muted"))
        top = QRectF(0, 0, area.width() + side, self._theme.px(_TOP_PX) - 2)
        painter.drawText(top, _LEFT, f"{count:,} image{'' if count == 1 else 's'}")
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, image in enumerate(self._images):
            row, column = divmod(number, _COLUMNS)
            place = QRectF(column * side, area.top() + row * side, side - 1, side - 1)
            painter.drawImage(place, image)

    def _paint_box(self, painter: QPainter, area: QRectF, layer: int | None) -> None:
        theme, px = self._theme, self._theme.px
        if layer is None or self._traced is None:
            painter.setPen(theme.color("muted"))
            painter.drawText(area, _CENTRE, "…")
            return
        painter.setPen(QPen(self._edge(Does.FORWARD), px(1)))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(area, px(6), px(6))
        kind, shape = self._names[layer], self._traced.layers[layer].title.partition(" ")[2]
        halves = (
            (area.adjusted(2, px(4), -2, -area.height() / 2), "text", kind),
            (
                area.adjusted(2, area.height() / 2, -2, -px(4)),
                "muted",
                shape,
            ),
        )
        if not shape:
            halves = ((area, "text", kind),)  # type: ignore[assignment]
        for place, token, text in halves:
            weight = QFont.Weight.DemiBold if token == "text" else QFont.Weight.Normal
            painter.setFont(theme.font(12, weight))
            painter.setPen(theme.color(token))
            metrics = painter.fontMetrics()
            cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, _CENTRE, cut)

    def _edge(self, does: Does) -> QColor:
        """Return the colour of what a line computes: bright while it is lit."""
        is_lit = self._lit is does or (self._lit is Does.BACKWARD and does is Does.FORWARD)
        return self._theme.color("train" if is_lit else "border")

    def _paint_logits(self, painter: QPainter, traced: StepTraced) -> None:
        area, theme = self._logits_area(), self._theme
        shown, count = len(traced.logits), traced.batch_shape[0]
        self._caption(painter, area, f"logits, {shown} of {count:,}" if shown < count else "logits")
        painter.setPen(QPen(self._edge(Does.FORWARD), theme.px(1)))
        painter.setBrush(theme.color("raised"))
        painter.drawRect(area)
        if Does.FORWARD in self._done:
            limit = float(abs(traced.logits).max()) if traced.logits.size else 1.0
            picture = signed_image(traced.logits, limit, theme)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(area.adjusted(1, 1, -1, -1), picture)
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("muted"))
            below = area.translated(0, area.height() + theme.px(3))
            below.setHeight(theme.px(15))
            below.adjust(-theme.px(16), 0, theme.px(16), 0)
            painter.drawText(below, _CENTRE, f"−{limit:.2g} … +{limit:.2g}")

    def _paint_loss(self, painter: QPainter, traced: StepTraced) -> None:
        area, theme, px = self._loss_area(), self._theme, self._theme.px
        is_lit = self._lit in (Does.LOSS, Does.BACKWARD)
        painter.setPen(QPen(theme.color("train" if is_lit else "border"), px(1)))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(area, px(6), px(6))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(area.adjusted(0, px(3), 0, -area.height() / 2), _CENTRE, "loss")
        painter.setFont(theme.font(16, QFont.Weight.DemiBold))
        painter.setPen(theme.color("text"))
        text = loss_text(traced.loss) if Does.LOSS in self._done else "…"
        painter.drawText(area.adjusted(0, area.height() * 0.38, 0, -px(2)), _CENTRE, text)

    def _paint_arrows(self, painter: QPainter, stops: list[QRectF]) -> None:
        """Paint arrows between neighbours: forward above, and back below once gradients are."""
        px, theme = self._theme.px, self._theme
        forward = theme.color("train" if self._lit is Does.FORWARD else "muted")
        backward = theme.color("train" if self._lit is Does.BACKWARD else "muted")
        for before, after in pairwise(stops):
            left, right = before.right() + px(2), after.left() - px(2)
            y = before.top() + px(_BOX_PX) * 0.32
            is_loss = after is stops[-1]
            if (Does.LOSS if is_loss else Does.FORWARD) in self._done:
                lit = (
                    forward
                    if not is_loss
                    else theme.color("train" if self._lit is Does.LOSS else "muted")
                )
                self._arrow(painter, QPointF(left, y), QPointF(right, y), lit)
            if Does.BACKWARD in self._done and before is not stops[0]:
                y = before.top() + px(_BOX_PX) * 0.72
                self._arrow(painter, QPointF(right, y), QPointF(left, y), backward)

    def _arrow(self, painter: QPainter, start: QPointF, end: QPointF, color: QColor) -> None:
        size = self._theme.px(4) * (1 if end.x() > start.x() else -1)
        painter.setPen(QPen(color, self._theme.px(1.4)))
        painter.drawLine(start, end)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        back = QPointF(end.x() - size, end.y())
        up = QPointF(0, abs(size) * 0.8)
        painter.drawPolygon(QPolygonF([end, back - up, back + up]))

    def _paint_norms(self, painter: QPainter, boxes: list[tuple[QRectF, int | None]]) -> None:
        """Paint the norm of each layer's gradient as a bar over its figure."""
        theme, px = self._theme, self._theme.px
        if Does.BACKWARD not in self._done or self._traced is None:
            return
        norms = [layer.gradient_norm or 0.0 for layer in self._traced.layers]
        largest = max((norm for norm in norms if norm < float("inf")), default=0.0)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        label = QRectF(0, px(_BAR_PX) - px(2), self._images_area().right(), px(32))
        painter.drawText(label, _LEFT | Qt.TextFlag.TextWordWrap, "gradient norm\nby layer")
        for area, layer in boxes:
            if layer is None:
                continue
            bar = QRectF(area.left(), px(_BAR_PX), area.width(), px(5))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("pill"))
            painter.drawRoundedRect(bar, px(2), px(2))
            norm = self._traced.layers[layer].gradient_norm
            if norm and largest:
                bar.setWidth(area.width() * min(1.0, norm / largest))
                painter.setBrush(theme.color("train"))
                painter.drawRoundedRect(bar, px(2), px(2))
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("text" if norm is not None else "muted"))
            below = QRectF(area.left() - px(8), px(_BAR_PX) + px(6), area.width() + px(16), px(16))
            painter.drawText(below, _CENTRE, "frozen" if norm is None else norm_text(norm))


def _names(layers: tuple[LayerTraced, ...]) -> list[str]:
    """Return short names of layers, numbered where there are several of a kind: ``Linear 2``."""
    kinds = [layer.title.partition(" ")[0] for layer in layers]
    return [
        f"{kind} {kinds[:at].count(kind) + 1}" if kinds.count(kind) > 1 else kind
        for at, kind in enumerate(kinds)
    ]
