"""The weights of every layer, now and over the steps."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from netviz.engine.protocol.layer_names import numbered_titles
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import WeightsObserved
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.layer_menu import LayerMenu
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.views.weights.histogram_chart import initial_pen
from netviz.ui.views.weights.weight_panel import WeightPanel
from netviz.ui.widgets.segmented_control import SegmentedControl


class WeightView(Page):
    """A panel for each layer, side by side.

    Attributes
    ----------
    kind
        Switch between weights and biases.
    time
        Switch between now and history.
    layers
        Which layers are shown.
    panels
        One for each layer.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "activity",
            "Press Train to see how the weights of each layer move away from where they began.",
            parent,
        )
        self._observed: WeightsObserved | None = None
        self._recorded: LayersRecorded | None = None
        self._names: tuple[str, ...] = ()
        self.panels: list[WeightPanel] = []
        self.kind = SegmentedControl(
            theme,
            "Parameters",
            (
                ("Weights", "Show what each connection multiplies by."),
                ("Biases", "Show what each unit adds."),
            ),
        )
        self.time = SegmentedControl(
            theme,
            "Time",
            (
                ("Now", "Show how the values are spread at this moment."),
                ("History", "Show how the spread changed over the steps."),
            ),
        )
        self.layers = LayerMenu(theme)
        self._key = _Key(theme)
        self.bar.addWidget(self.kind)
        self.bar.addWidget(self.time)
        self.bar.addStretch()
        self.bar.addWidget(self._key)
        self.bar.addWidget(self.layers)
        self._build_scroll()
        self.kind.chosen.connect(self._on_mode_chosen)
        self.time.chosen.connect(self._on_mode_chosen)
        self.layers.chosen.connect(self._on_layers_chosen)
        self._restyle()

    def show_weights(self, observed: WeightsObserved) -> None:
        """Show the parameters of this moment."""
        titles = tuple(layer.title for layer in observed.layers)
        names = tuple(layer.name for layer in observed.layers)
        if self._is_other(observed):
            self._set_layers(names, titles)
        self._observed = observed
        for panel, layer in zip(self.panels, observed.layers, strict=True):
            panel.set_layer(layer)
        self._show_content(True)
        self._invalidate()

    def show_layers(self, recorded: LayersRecorded) -> None:
        """Show how the parameters developed so far."""
        self._recorded = recorded
        self._invalidate()

    def clear(self) -> None:
        """Forget everything."""
        self._observed = self._recorded = None
        self._set_layers((), ())
        self._show_content(False)

    def _is_other(self, observed: WeightsObserved) -> bool:
        """Whether the present panels belong to another run or network."""
        old = self._observed
        return (
            old is None
            or old.run != observed.run
            or [(a.name, a.title) for a in old.layers]
            != [(b.name, b.title) for b in observed.layers]
        )

    def _build_scroll(self) -> None:
        self._row_widget = QWidget()
        self._row_widget.setObjectName("scrolled")
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._row_widget)
        self.body.addWidget(scroll, 1)

    def _set_layers(self, names: tuple[str, ...], titles: tuple[str, ...]) -> None:
        for panel in self.panels:
            self._row.removeWidget(panel)
            panel.deleteLater()
        labels = numbered_titles(titles)
        self.panels = [WeightPanel(self._theme, *label) for label in labels]
        for panel in self.panels:
            self._row.addWidget(panel, 1)
        self.layers.set_layers(names, tuple(" ".join(label) for label in labels))
        self._names = names
        self._on_mode_chosen()
        self._on_layers_chosen()

    def _refresh(self) -> None:
        recorded = self._recorded
        places = {name: i for i, name in enumerate(recorded.record.names)} if recorded else {}
        for name, panel in zip(self._names, self.panels, strict=True):
            if recorded and name in places:
                panel.set_record(recorded.record, places[name], recorded.step)
            panel.update()

    def _on_mode_chosen(self) -> None:
        for panel in self.panels:
            panel.set_mode(biases=self.kind.index == 1, history=self.time.index == 1)
        self._key.set_mode(biases=self.kind.index == 1, history=self.time.index == 1)

    def _on_layers_chosen(self) -> None:
        for name, panel in zip(self._names, self.panels, strict=True):
            panel.setVisible(self.layers.is_shown(name))

    def _restyle(self) -> None:
        self._row.setSpacing(self._theme.px(16))


class _Key(ThemedWidget):
    """What the dashes, or the shades, mean."""

    _TEXTS = ("before training", "few", "many")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._history = False
        self.setAccessibleName("Key")
        self.setToolTip("The dashed line is the histogram before training.")

    def set_mode(self, *, biases: bool, history: bool) -> None:
        """Explain what is shown now."""
        self._history = history
        self.setVisible(history or not biases)
        self.setToolTip(
            "The shade says how many values lie there, relative to the fullest bin of the step."
            if history
            else "The dashed line is the histogram before training."
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font(12))
        text = "".join(self._TEXTS[1:] if self._history else self._TEXTS[:1])
        return QSize(metrics.horizontalAdvance(text) + self._theme.px(48), self._theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.width() < self.sizeHint().width():
            return  # half a word explains nothing; the tooltip still does
        theme = self._theme
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        middle = self.height() / 2
        if not self._history:
            painter.setPen(initial_pen(theme))
            painter.drawLine(QPointF(0, middle), QPointF(theme.px(20), middle))
            painter.setPen(theme.color("muted"))
            area = self.rect().adjusted(theme.px(26), 0, 0, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._TEXTS[0])
            return
        few = painter.fontMetrics().horizontalAdvance(self._TEXTS[1]) + theme.px(4)
        painter.setPen(theme.color("muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._TEXTS[1])
        many = self.rect().adjusted(few + theme.px(40), 0, 0, 0)
        painter.drawText(many, Qt.AlignmentFlag.AlignVCenter, self._TEXTS[2])
        bar = self.rect().adjusted(few, 0, 0, 0)
        bar.setWidth(theme.px(36))
        bar.setTop(round(middle) - theme.px(4))
        bar.setHeight(theme.px(8))
        gradient = QLinearGradient(QPointF(bar.topLeft()), QPointF(bar.topRight()))
        gradient.setColorAt(0, theme.color("surface"))
        gradient.setColorAt(1, theme.color("train"))
        painter.setPen(theme.color("border"))
        painter.setBrush(gradient)
        painter.drawRect(bar)


VIEW = ViewSpec(
    "Weights",
    "How the weights are spread.",
    10,
    WeightView,
    {WeightsObserved: WeightView.show_weights, LayersRecorded: WeightView.show_layers},
)
