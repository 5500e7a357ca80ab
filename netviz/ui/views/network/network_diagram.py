"""The diagram of a network: a block for each layer, with a snowflake that freezes it."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.network.layer_plan import describe
from netviz.engine.protocol.layer_facts import LayerFacts, trainable
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.network.diagram_layout import Place, flow, glyph, height_of
from netviz.ui.widgets.tooltip_widget import TooltipWidget

BLOCK_PX, GAP_PX = (140, 62), (18, 8)
_FLAKE_PX = 22


class NetworkDiagram(TooltipWidget):
    """Draws the layers in rows; the arrow keys move between them and Enter freezes one.

    Signals
    -------
    toggled
        The user wants to freeze or to unfreeze the layer of this index.
    """

    toggled = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._layers: tuple[LayerFacts, ...] = ()
        self._frozen: tuple[str, ...] = ()
        self._training = False
        self._places: list[Place] = []
        self._hovered: int | None = None
        self._current = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_network(
        self, layers: tuple[LayerFacts, ...], frozen: tuple[str, ...], *, training: bool
    ) -> None:
        """Draw these layers, of which some are frozen, in train or in eval mode."""
        is_new = layers != self._layers
        self._layers, self._frozen, self._training = layers, frozen, training
        if is_new:
            self._current = 0
            self._arrange()
        self._describe()
        self.update()

    def flake_rect(self, index: int) -> QRect:
        """Return the rectangle of the snowflake of a layer."""
        place, side = self._places[index], self._theme.px(_FLAKE_PX)
        return QRect(place.x + place.width - side - 2, place.y + 2, side, side)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return height_of(self._flow(width))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(600), self.heightForWidth(max(1, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if index is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._current = index
        if self.flake_rect(index).contains(event.position().toPoint()):
            self._toggle(index)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step and self._layers:
            self._current = max(0, min(len(self._layers) - 1, self._current + step))
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._layers:
            self._toggle(self._current)
        else:
            super().keyPressEvent(event)

    def text_at(self, position: QPointF) -> str:
        index = self._at(position)
        return "" if index is None else self.sentence(index)

    def sentence(self, index: int) -> str:
        """Return what a layer is, its output shape, its weights and its mode, in words."""
        layer = self._layers[index]
        parts = [f"{layer.title} ({layer.name})" if layer.name else layer.title]
        if layer.output:
            parts.append(f"output {describe(layer.output)}")
        if layer.weights:
            parts.append(self._learning(layer))
        if layer.has_modes:
            parts.append(f"in {self._mode(layer)} mode")
        text = ", ".join(parts) + "."
        if layer.names:
            is_frozen = layer.is_frozen(self._frozen)
            text += f" The snowflake {'lets it learn again' if is_frozen else 'freezes it'}."
        return text

    # -- layout ------------------------------------------------------------------------------

    def _flow(self, width: int) -> list[Place]:
        px = self._theme.px
        block, gap = (px(BLOCK_PX[0]), px(BLOCK_PX[1])), (px(GAP_PX[0]), px(GAP_PX[1]))
        return flow(len(self._layers), width, block, gap)

    def _restyle(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self._places = self._flow(self.width())
        self.setMinimumHeight(height_of(self._places))
        self.update()

    def _at(self, point: QPointF) -> int | None:
        found = (i for i, place in enumerate(self._places) if place.holds(point.x(), point.y()))
        return next(found, None)

    def _hover(self, index: int | None) -> None:
        is_flake = index is not None and bool(self._layers[index].names)
        shape = Qt.CursorShape.PointingHandCursor if is_flake else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _toggle(self, index: int) -> None:
        if self._layers[index].names:
            self.toggled.emit(index)

    def _describe(self) -> None:
        if self._layers:
            self.setAccessibleName(self.sentence(min(self._current, len(self._layers) - 1)))

    def _mode(self, layer: LayerFacts) -> str:
        is_held = bool(layer.names) and layer.is_frozen(self._frozen)
        return "train" if self._training and not is_held else "eval"

    def _learning(self, layer: LayerFacts) -> str:
        learning = trainable((layer,), self._frozen)
        if learning == layer.parameters:
            return f"{layer.parameters:,} weights"
        if not learning:
            return f"{layer.parameters:,} frozen"
        return f"{learning:,} learn"

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, place in enumerate(self._places):
            area = QRectF(place.x, place.y, place.width, place.height)
            if area.intersects(QRectF(event.rect())):
                self._paint_block(painter, index, area)
            if place.leads_right:
                self._paint_arrow(painter, area)

    def _paint_block(self, painter: QPainter, index: int, area: QRectF) -> None:
        theme, layer = self._theme, self._layers[index]
        px, is_frozen = theme.px, layer.is_frozen(self._frozen)
        has_focus = self.hasFocus() and index == self._current
        pen = QPen(theme.color("primary" if has_focus else "border"), 2 if has_focus else 1)
        if is_frozen and not has_focus:
            pen = QPen(theme.color("train"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("raised" if layer.weights else "surface"))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), px(8), px(8))
        self._paint_glyph(painter, layer, area, is_frozen)
        left = area.left() + px(42)
        line = QRectF(left, area.top() + px(4), area.right() - left - px(4), px(18))
        room = line.adjusted(0, 0, -px(_FLAKE_PX - 4), 0) if layer.names else line
        self._write(painter, room, layer.short, "text", QFont.Weight.DemiBold)
        line.translate(0, px(18))
        self._write(painter, line, describe(layer.output) if layer.output else "–", "muted")
        line.translate(0, px(17))
        if layer.weights:
            learning = self._learning(layer)
            self._write(painter, line, learning, "train" if is_frozen else "muted")
        elif layer.has_modes:
            self._write(painter, line, f"{self._mode(layer)} mode", "ledger")
        if layer.weights and layer.has_modes:
            corner = QRectF(area.left() + px(4), area.bottom() - px(18), px(36), px(16))
            self._write(painter, corner, self._mode(layer), "ledger", centred=True)
        if layer.names:
            self._paint_flake(painter, index, is_frozen)

    def _paint_flake(self, painter: QPainter, index: int, is_frozen: bool) -> None:
        token = "train" if is_frozen else "quiet" if self._hovered == index else "faint"
        place = self.flake_rect(index)
        inset = (place.width() - self._theme.px(15)) // 2
        where = place.adjusted(inset, inset, -inset, -inset)
        icon(self._theme, "snowflake", token, 15).paint(painter, where)

    def _paint_glyph(
        self, painter: QPainter, layer: LayerFacts, area: QRectF, is_frozen: bool
    ) -> None:
        """Draw maps as sheets behind each other and units as a bar, larger for more of them."""
        theme, px = self._theme, self._theme.px
        space = QRectF(area.left() + px(6), area.top() + px(6), px(32), area.height() - px(24))
        token = "train" if layer.weights else "faint"
        painter.setPen(QPen(theme.color(token), 1))
        painter.setBrush(theme.color(token, 0.10 if is_frozen else 0.30))
        is_maps = len(layer.output) == 3
        step = px(4)
        sheets, length = glyph(layer.output, px(22) if is_maps else round(space.height()))
        size = (length, length) if is_maps else (px(9), length)
        shift = step * (sheets - 1) / 2
        for sheet in range(sheets):
            offset = shift - step * sheet
            centre = space.center() + QPointF(offset, -offset)
            painter.drawRect(
                QRectF(centre.x() - size[0] / 2, centre.y() - size[1] / 2, size[0], size[1])
            )

    def _paint_arrow(self, painter: QPainter, area: QRectF) -> None:
        theme, px = self._theme, self._theme.px
        start = QPointF(area.right() + px(3), area.center().y())
        tip = start + QPointF(px(GAP_PX[0] - 6), 0)
        painter.setPen(QPen(theme.color("faint"), 1.5))
        painter.drawLine(start, tip)
        head = px(4)
        painter.drawPolyline(
            QPolygonF([tip + QPointF(-head, -head), tip, tip + QPointF(-head, head)])
        )

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        token: str,
        weight: QFont.Weight = QFont.Weight.Normal,
        *,
        centred: bool = False,
    ) -> None:
        is_title = weight is not QFont.Weight.Normal
        painter.setFont(self._theme.font(12, weight))
        painter.setPen(self._theme.color(token))
        metrics = painter.fontMetrics()
        while not is_title and " " in text and metrics.horizontalAdvance(text) > area.width():
            text = text.rpartition(" ")[0]
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        side = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)
