"""The tab Mistakes: a list of the test images that the network gets wrong."""

import math

import numpy as np
from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from netviz.engine.protocol.commands import MeasureTest
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.mistakes import Order, select
from netviz.engine.protocol.observations import ImageArrays, TestPredictions
from netviz.engine.protocol.run_state import Measurement, State
from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.evaluation_words import awaited
from netviz.ui.views.mistakes.mistake_delegate import MistakeDelegate
from netviz.ui.views.mistakes.mistake_detail import MistakeDetail
from netviz.ui.views.mistakes.mistake_model import MISTAKE_ROLE, Mistake, MistakeModel
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.compact_combo import CompactCombo
from netviz.ui.widgets.empty_state import EmptyState
from netviz.ui.widgets.fitting_label import FittingLabel

_ORDERS = {
    Order.CONFIDENCE: "by confidence",
    Order.LOSS: "by loss",
    Order.INDEX: "by index",
}
_WIDE_BAR_PX = 720
_DETAIL_PX = 310


class MistakeView(Page):
    """A list of mistakes with filters, and the details of one beside it.

    Signals
    -------
    sent_to_pad, activations_requested
        The user asked for it in the details; index of the test image.

    Attributes
    ----------
    true_filter, predicted_filter, order, learned, measure_button
        The controls.
    list_view, model, detail
        The list, its model, and the details beside it.
    header
        How many test images are wrong.
    nothing
        Shown in place of the list while it is empty.
    """

    sent_to_pad = Signal(int)
    activations_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        empty_text = "Press Train to see which test images the network gets wrong."
        super().__init__(theme, "circle-x", empty_text, parent)
        self._images: ImageArrays | None = None
        self._classes: tuple[str, ...] = ()
        self._predictions: TestPredictions | None = None
        self._counts: dict[int, int] = {}
        self._looked_step: int | None = None
        self._looked_count: int | None = None
        self._build_controls()
        self._build_list()
        self.detail.sent_to_pad.connect(self.sent_to_pad)
        self.detail.activations_requested.connect(self.activations_requested)
        self.detail.closed.connect(self._on_detail_closed)
        self._restyle()

    def begin_run(self, prepared: Prepared) -> None:
        self.set_images(prepared.images, prepared.classes)

    def set_images(self, images: ImageArrays, classes: tuple[str, ...]) -> None:
        """Use the data set of a run."""
        self._images, self._classes = images, classes
        self.model.set_images(images, classes)
        self._delegate.set_classes(classes)
        self.true_filter.set_entries(["is any", *(f"is {name}" for name in classes)])
        self.predicted_filter.set_entries(["says any", *(f"says {name}" for name in classes)])
        self.clear()
        self._restyle()

    def set_state(self, state: State) -> None:
        self.empty.set_text(awaited(state))

    def show_predictions(self, predictions: TestPredictions) -> None:
        """List the mistakes of a measurement."""
        if self._images is None:
            return
        self._predictions = predictions
        self._count(predictions.step, self._mistake_count(predictions), is_seen=True)
        self._show_content(True)
        self._invalidate()

    def show_measurement(self, measurement: Measurement) -> None:
        if self._images is not None and math.isfinite(measurement.test_accuracy):
            wrong = (1 - measurement.test_accuracy) * len(self._images.test_labels)
            self._count(measurement.step, round(wrong))

    def look_back(self, step: int | None) -> None:
        """Count the mistakes of that step."""
        self._looked_step, self._looked_count = step, None
        self._tell_count()

    def clear(self) -> None:
        """Forget the predictions; the data set and the filters stay."""
        self._predictions = None
        self._counts = {}
        self._show_nothing()
        self._tell_count()

    def _show_nothing(self) -> None:
        self.detail.hide()
        self._show_content(False)

    def _count(self, step: int, wrong: int, *, is_seen: bool = False) -> None:
        """Note how many images are wrong; an untrained network is nothing to count."""
        if is_seen and self._looked_step is not None:
            self._looked_count = wrong if step else None
        elif step:
            self._counts[step] = wrong
        self._tell_count()

    def _tell_count(self) -> None:
        """Tell the newest count, wherever it comes from; of the past until what is looked at."""
        last = math.inf if self._looked_step is None else self._looked_step
        counts = [wrong for step, wrong in sorted(self._counts.items()) if step <= last]
        count = counts[-1] if counts else None
        self.count_changed.emit(count if self._looked_count is None else self._looked_count)

    def set_filter(self, true_class: int | None, predicted_class: int | None) -> None:
        """List only images of one true class, of one predicted class, or both; None for any."""
        for combo, chosen in (
            (self.true_filter, true_class),
            (self.predicted_filter, predicted_class),
        ):
            combo.choose(0 if chosen is None else chosen + 1)
        self.list_view.scrollToTop()
        self._invalidate()

    def open_mistake(self, test_index: int) -> None:
        """Show a test image in detail."""
        mistake = self.model.mistake(test_index)
        if mistake is not None:
            self.detail.show_mistake(mistake, self._classes)
            self.detail.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_controls()

    def _build_controls(self) -> None:
        theme = self._theme
        self.header = FittingLabel(theme)
        self.true_filter = CompactCombo(theme, "True class", "List only images of this true class.")
        self.predicted_filter = CompactCombo(
            theme, "Predicted class", "List only images that the network predicts as this class."
        )
        self.order = CompactCombo(theme, "Order", "Choose what comes first.", 130)
        self.order.set_entries(list(_ORDERS.values()))
        self.learned = QCheckBox("learned")
        self.learned.setAccessibleName("Show just learned images")
        self.learned.setToolTip(
            "Also list the images that were wrong at the previous evaluation and are correct now."
        )
        self.measure_button = QPushButton()
        self.measure_button.setProperty("kind", "small")
        self.measure_button.setToolTip("Evaluate all test images with the current weights.")
        self.measure_button.setAccessibleName("Measure now")
        self.bar.addWidget(self.header, 1)
        for control in (self.true_filter, self.predicted_filter, self.order):
            self.bar.addWidget(control)
            control.currentIndexChanged.connect(self._on_filter_changed)
        self.bar.addWidget(self.learned)
        self.bar.addWidget(self.measure_button)
        self.learned.toggled.connect(self._on_filter_changed)
        self.measure_button.clicked.connect(self._on_measure_button_clicked)

    def _build_list(self) -> None:
        self.model = MistakeModel(self)
        self._delegate = MistakeDelegate(self._theme, self)
        view = self.list_view = QListView()
        view.setModel(self.model)
        view.setItemDelegate(self._delegate)
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setMovement(QListView.Movement.Static)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setUniformItemSizes(True)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setMouseTracking(True)
        view.setAccessibleName("Mistakes")
        view.clicked.connect(self._on_item_chosen)
        view.activated.connect(self._on_item_chosen)
        view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.nothing = EmptyState(self._theme, "circle-check", "")
        self._list_stack = QStackedWidget()
        self._list_stack.addWidget(view)
        self._list_stack.addWidget(self.nothing)
        self.detail = MistakeDetail(self._theme)
        self.detail.hide()
        self._row = QHBoxLayout()
        self._row.addWidget(self._list_stack, 1)
        self._row.addWidget(self.detail)
        self.body.addLayout(self._row, 1)

    def _refresh(self) -> None:
        predictions, images = self._predictions, self._images
        if predictions is None or images is None:
            return
        true_class, predicted_class = self._filter()
        indices = select(
            predictions,
            images.test_labels,
            true_class=true_class,
            predicted_class=predicted_class,
            with_learned=self.learned.isChecked(),
            order=list(_ORDERS)[self.order.currentIndex()],
        )
        self._set_rows(predictions, indices)
        self._show_summary(predictions, len(indices))
        if self.detail.isVisible() and self.detail.mistake is not None:
            self.open_mistake(self.detail.mistake.index)

    def _set_rows(self, predictions: TestPredictions, indices: np.ndarray) -> None:
        """Change the list, but keep its scroll position and selection."""
        selected = self._current_index()
        bar = self.list_view.verticalScrollBar()
        position = bar.value()
        self.model.set_predictions(predictions, indices)
        row = self.model.row_of(selected) if selected is not None else -1
        if row >= 0:
            # Selecting scrolls to the item, which may have moved; the position is restored below.
            self.list_view.setCurrentIndex(self.model.index(row))
        self.list_view.doItemsLayout()
        bar.setValue(position)

    def _show_summary(self, predictions: TestPredictions, listed: int) -> None:
        wrong, total = self._mistake_count(predictions), len(predictions.losses)
        percent = percent_text(wrong / max(1, total))
        text = f"{wrong:,} of {total:,} wrong ({percent})"
        self.header.set_texts(text, f"{wrong:,} wrong ({percent})")
        self.header.setToolTip(f"{text}, measured at step {predictions.step:,}; {listed:,} listed.")
        self._list_stack.setCurrentIndex(0 if listed else 1)
        self.nothing.set_text(self._why_empty())

    def _why_empty(self) -> str:
        """Say why the list is empty."""
        true_class, predicted_class = self._filter()
        if true_class is None and predicted_class is None:
            return "No mistake: every test image is predicted correctly."
        if true_class == predicted_class and true_class is not None:
            name = self._classes[true_class]
            return f"{name} for {name} is correct; choose another pair to see mistakes."
        return "No mistake of this kind; choose other classes above."

    def _filter(self) -> tuple[int | None, int | None]:
        chosen = (self.true_filter.currentIndex() - 1, self.predicted_filter.currentIndex() - 1)
        true_class, predicted_class = (index if index >= 0 else None for index in chosen)
        return true_class, predicted_class

    def _current_index(self) -> int | None:
        mistake = self.list_view.currentIndex().data(MISTAKE_ROLE)
        return mistake.index if isinstance(mistake, Mistake) else None

    @staticmethod
    def _mistake_count(predictions: TestPredictions) -> int:
        return int(predictions.confusion.sum() - np.trace(predictions.confusion))

    def _on_measure_button_clicked(self) -> None:
        self.command_requested.emit(MeasureTest())

    def _on_filter_changed(self) -> None:
        self._invalidate()

    def _on_item_chosen(self, index: QModelIndex) -> None:
        mistake = index.data(MISTAKE_ROLE)
        if isinstance(mistake, Mistake):
            self.open_mistake(mistake.index)

    def _on_current_changed(self, current: QModelIndex) -> None:
        if self.detail.isVisible():
            self._on_item_chosen(current)

    def _on_detail_closed(self) -> None:
        self.detail.hide()
        self.list_view.setFocus()

    def _fit_controls(self) -> None:
        """Show only the icon of the button where the bar is narrow."""
        is_wide = self.width() >= self._theme.px(_WIDE_BAR_PX)
        self.measure_button.setText("Measure now" if is_wide else "")

    def _restyle(self) -> None:
        px = self._theme.px
        self.measure_button.setIcon(icon(self._theme, "rotate-ccw", "muted"))
        self.measure_button.setIconSize(QSize(px(16), px(16)))
        # Its text goes where the view is narrow, and must not keep it from becoming so.
        self.measure_button.setMinimumWidth(px(38))
        size = self._delegate.item_size
        self.list_view.setGridSize(QSize(size.width(), size.height()))
        self.list_view.verticalScrollBar().setSingleStep(size.height() // 3)
        self.detail.setMaximumWidth(px(_DETAIL_PX))
        self.detail.setMinimumWidth(px(_DETAIL_PX - 50))
        self._row.setSpacing(px(12))
        self._fit_controls()


VIEW = ViewSpec(
    "Mistakes",
    "Test images that the network gets wrong.",
    30,
    MistakeView,
    {TestPredictions: MistakeView.show_predictions},
)
