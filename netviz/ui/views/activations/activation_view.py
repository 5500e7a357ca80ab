"""The tab Activations: one image, and the activations of every layer for it."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.protocol.commands import LookAt
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import ActivationsObserved
from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.image_panel import ImagePanel
from netviz.ui.views.activations.strip_list import StripList
from netviz.ui.views.activations.strips import Zoom, strips_of
from netviz.ui.views.view import View
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.compact_combo import CompactCombo
from netviz.ui.widgets.empty_state import EmptyState
from netviz.ui.widgets.figure_label import FigureLabel
from netviz.ui.widgets.signed_legend import SignedLegend

_EMPTY = "Draw a digit, or choose a mistake, to see what each layer makes of it"
_SOURCE_TIP = "Choose the image whose activations are shown."
_IMAGE_FRACTION = 0.3


class ActivationView(View):
    """The image with its saliency, and beside it a strip for each layer.

    Attributes
    ----------
    source, test_index
        The controls.
    image, strips
        The image and the layers.
    empty
        What is shown until there is an observation.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._classes: tuple[str, ...] = ()
        self.source = CompactCombo(theme, "Image to look at", _SOURCE_TIP)
        self.source.set_entries(["your drawing", "test image"])
        self.source.activated.connect(self._on_source_activated)
        self.test_index = QSpinBox()
        self.test_index.setAccessibleName("Number of the test image")
        self.test_index.setToolTip("Choose the test image by its number.")
        self.test_index.setKeyboardTracking(False)
        self.test_index.valueChanged.connect(self._on_test_index_value_changed)
        self.test_index.hide()
        self._step = FigureLabel("muted", "step 88,888", "The step of these activations.")
        self.set_test_count(0)
        self.image = ImagePanel(theme)
        self.strips = StripList(theme)
        self._build()
        self._restyle()

    def begin_run(self, prepared: Prepared) -> None:
        self.clear()
        self.set_classes(prepared.classes)
        self.set_test_count(prepared.test_count)
        self.set_source(None)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Use these names of the classes."""
        self._classes = classes

    def set_test_count(self, count: int) -> None:
        """Say how many test images there are to choose from."""
        with QSignalBlocker(self.test_index):
            self.test_index.setRange(0, max(count - 1, 0))

    def set_source(self, test_index: int | None) -> None:
        """Show which image was chosen elsewhere; emits nothing."""
        self.source.choose(0 if test_index is None else 1)
        self.test_index.setVisible(test_index is not None)
        if test_index is not None:
            with QSignalBlocker(self.test_index):
                self.test_index.setValue(test_index)

    def show_activations(self, observed: ActivationsObserved) -> None:
        """Show the activations of every layer for an image."""
        self.image.show_image(observed, self._classes)
        self.strips.show_strips(strips_of(observed, self._classes))
        self._step.setText(f"step {observed.step:,}")
        # Also where there is no room for it.
        self.source.setToolTip(f"{_SOURCE_TIP} These are of step {observed.step:,}.")
        self._stack.setCurrentWidget(self._content)

    def clear(self) -> None:
        """Show the empty state until the next observation."""
        self._step.clear()
        self.strips.show_strips([])
        self._stack.setCurrentWidget(self.empty)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._divide()

    def _build(self) -> None:
        self._legend = SignedLegend(self._theme)
        # It is not there where the view is narrow, and must not keep it from becoming so.
        self._step.setMinimumWidth(1)
        self._bar = QHBoxLayout()
        for widget in (self.source, self.test_index, self._step):
            self._bar.addWidget(widget)
        self._bar.addStretch()
        self._bar.addWidget(self._legend)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.strips)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._scroll.setAccessibleName("Layers")
        self._content = QWidget()
        self._columns = QHBoxLayout(self._content)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.addWidget(self.image)
        self._columns.addWidget(self._scroll, 1)
        self.empty = EmptyState(self._theme, "layers", _EMPTY)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._bar)
        self._layout.addWidget(self._stack, 1)

    def _divide(self) -> None:
        self._step.setVisible(self.width() >= self._theme.px(520))
        self.image.fit(int(self.width() * _IMAGE_FRACTION), self._stack.height())
        self.strips.set_zoom(Zoom.fitting(self.height(), self._theme))

    def _on_source_activated(self, index: int) -> None:
        self.test_index.setVisible(index == 1)
        self.command_requested.emit(LookAt(self.test_index.value() if index == 1 else None))

    def _on_test_index_value_changed(self, index: int) -> None:
        self.command_requested.emit(LookAt(index))

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(8), px(12), px(8))
        self._layout.setSpacing(px(8))
        self._bar.setSpacing(px(8))
        self._columns.setSpacing(px(16))
        self._step.setFont(self._theme.font(12))
        self.test_index.setStyleSheet(
            f"QSpinBox {{ font-size: {px(12)}px; min-height: {px(22)}px; }}"
            f"QSpinBox:focus {{ min-height: {px(22) - 2}px; }}"
        )
        self.test_index.lineEdit().setTextMargins(px(6), 0, 0, 0)
        self._divide()


VIEW = ViewSpec(
    "Activations",
    "What layers make of an image.",
    50,
    ActivationView,
    {ActivationsObserved: ActivationView.show_activations},
)
