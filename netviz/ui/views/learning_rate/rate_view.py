"""The tab of the learning rate: pictures of what rates do, over the axis of the slider."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from netviz.engine.curves.ticks import Ticks
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.rate_zones import Zone
from netviz.ui.charts.axes import LABEL_PX, Axes
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.learning_rate.over_time import OverTime
from netviz.ui.views.learning_rate.rate_chart import LEFT_PX, RIGHT_PX, X_RANGE
from netviz.ui.views.learning_rate.rate_picture import (
    COLUMN_PX,
    PictureSpec,
    RatePicture,
    all_pictures,
)
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec

_GAP_PX = 4
_RATES = ("1e-5", "1e-4", "1e-3", "0.01", "0.1", "1", "10")


class RateView(Page):
    """Pictures below each other; one line at the present rate passes through all of them.

    Signals
    -------
    rate_chosen
        The user wants to go on with this rate.
    schedule_drawn
        The user drew a schedule: the options that change.

    Attributes
    ----------
    pictures
        From top to bottom.
    over_time
        Below their axis: the rate over the epochs, in which it runs upwards.
    """

    rate_chosen = Signal(float)
    schedule_drawn = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "sliders-horizontal",
            "As soon as a run is ready this shows what each learning rate would do to it, "
            "before you use one.",
            parent,
        )
        self._specs: dict[RatePicture, PictureSpec] = {}
        for spec in all_pictures():
            picture = spec.make(theme)
            self._specs[picture] = spec
            picture.command_requested.connect(self.command_requested)
            picture.rate_chosen.connect(self.rate_chosen)
            picture.folded_changed.connect(self._on_picture_folded_changed)
        self.over_time = OverTime(theme)
        self.over_time.change_requested.connect(self.schedule_drawn)
        self.over_time.folded_changed.connect(self._share_room)
        self._build()
        self._restyle()

    @property
    def pictures(self) -> tuple[RatePicture, ...]:
        return tuple(self._specs)

    @property
    def unwatched(self) -> frozenset[type[Observation]]:
        return self._kinds(folded=True) - self._kinds(folded=False)

    def _kinds(self, *, folded: bool) -> frozenset[type[Observation]]:
        """Return what the pictures show that are folded, or those that are not."""
        return frozenset(
            kind
            for picture, spec in self._specs.items()
            for kind in spec.shows
            if picture.is_folded is folded
        )

    def show_part(self, part: str) -> None:
        pictures = {each.title.lower(): each for each in (*self._specs, self.over_time)}
        picture = pictures[part]
        picture.set_folded(False)
        if picture in self._specs:
            # What has just come into sight is laid out first.
            QTimer.singleShot(0, picture, lambda: self._area.ensureWidgetVisible(picture, 0, 0))

    def begin_run(self, prepared: Prepared) -> None:
        super().begin_run(prepared)
        self.set_config(prepared.config)
        self._show_content(True)

    def clear(self) -> None:
        for picture in self._specs:
            picture.clear()
        self._show_content(False)

    def set_config(self, config: RunConfig) -> None:
        for picture in self._specs:
            picture.set_rate(config.learning_rate)
        self.over_time.set_config(config)

    def set_zones(self, zones: tuple[Zone, ...], *, are_old: bool) -> None:
        """Show these zones behind all pictures."""
        for picture in self._specs:
            picture.set_zones(zones, are_old=are_old)

    def show_observation(self, observation: Observation) -> None:
        """Give an observation to the pictures that show its kind."""
        for picture, spec in self._specs.items():
            if show := spec.shows.get(type(observation)):
                show(picture, observation)

    def _build(self) -> None:
        inner = QWidget()
        inner.setObjectName("scrolled")
        self._column = QVBoxLayout(inner)
        for picture in self._specs:
            self._column.addWidget(picture, 0 if picture.is_folded else 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inner)
        self._area.verticalScrollBar().rangeChanged.connect(self._align_foot)
        self._foot = _RateAxis(self._theme)
        self.body.addWidget(self._area, 3)
        self.body.addWidget(self._foot)
        self.body.addWidget(self.over_time)
        self._share_room()

    def _share_room(self) -> None:
        self.body.setStretchFactor(self.over_time, 0 if self.over_time.is_folded else 2)

    def _align_foot(self) -> None:
        """Let the axis end where the charts end, whether a scroll bar takes room or not."""
        self._foot.set_inset(self._area.width() - self._area.viewport().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align_foot()

    def _on_picture_folded_changed(self) -> None:
        for picture in self._specs:
            self._column.setStretchFactor(picture, 0 if picture.is_folded else 1)
        self.unwatched_changed.emit()

    def _restyle(self) -> None:
        px = self._theme.px
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(_GAP_PX))
        self.body.setSpacing(0)
        self._foot.setFixedHeight(px(LABEL_PX + 6))


class _RateAxis(ThemedWidget):
    """The labels of the axis that all pictures have in common."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._inset = 0

    def set_inset(self, inset: int) -> None:
        """Leave so many pixels at the right."""
        self._inset = inset
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px = QPainter(self), self._theme.px
        left = px(COLUMN_PX + 4 + LEFT_PX)
        area = QRectF(left, 0, max(1, self.width() - self._inset - left - px(RIGHT_PX)), 1)
        ticks: Ticks = [(math.log10(float(text)), text) for text in _RATES]
        axes = Axes(self._theme, area, X_RANGE, (0.0, 1.0))
        axes.paint_x_labels(painter, ticks, right=self.width())
        painter.setPen(self._theme.color("muted"))
        painter.drawText(
            QRectF(0, px(3), left, px(LABEL_PX)),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            "Learning rate",
        )

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(LABEL_PX + 6))


VIEW = ViewSpec(
    "Learning rate",
    "What each learning rate would do from here, tried on copies of the network.",
    45,
    RateView,
    {kind: RateView.show_observation for spec in all_pictures() for kind in spec.shows},
    height_px=430,
)
