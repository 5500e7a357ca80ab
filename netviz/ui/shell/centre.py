"""The centre of the window: loss, accuracy and tabs, one below the other."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.shell.fitted_splitter import FittedSplitter, Sizes
from netviz.ui.shell.view_tabs import ViewTabs

USUAL_HEIGHTS: Sizes = (318, 122, 156)
"""Of loss, accuracy and tabs in a window of 1280 x 720; others divide their room alike."""
LEAST_LOSS_PX = 212


class Centre(FittedSplitter):
    """Loss, accuracy and tabs; the loss is what one opens the window for.

    The tabs fold to their bar, and one plot can fill the centre. For a tab that needs more room
    the accuracy folds to its figures, and the loss gives way as far as it can.

    Signals
    -------
    filled_changed
        A plot fills the centre, or no longer.

    Attributes
    ----------
    is_fixed
        Whether a click on a plot's header leaves everything as it is.
    has_tabs
        Whether the tabs are shown at all.
    """

    filled_changed = Signal()

    def __init__(self, theme: Theme, loss: LossPlot, accuracy: AccuracyPlot, tabs: ViewTabs):
        self._parts: tuple[QWidget, ...] = (loss, accuracy, tabs)
        self._tabs = tabs
        self._accuracy = accuracy
        self._filled: QWidget | None = None
        self._tall: float | None = None
        self._large: QWidget | None = None
        self.is_fixed = False
        self.has_tabs = True
        super().__init__(theme, Qt.Orientation.Vertical, self._heights)
        for part in self._parts:
            self.addWidget(part)
        tabs.folded_changed.connect(self._on_tabs_changed)
        tabs.tabs.currentChanged.connect(self._on_tabs_changed)
        for plot in (loss, accuracy):
            plot.fill_requested.connect(partial(self._on_plot_fill_requested, plot))
        self._restyle()

    @property
    def filled(self) -> QWidget | None:
        """The plot that fills the centre; None where all parts are shown."""
        return self._filled

    def fill(self, part: QWidget | None) -> None:
        """Let one part fill the centre; None shows all of them again."""
        self._filled = part
        self._accuracy.set_folded(self._is_tall)
        shown = {each: part in (None, each) for each in self._parts}
        shown[self._tabs] &= self.has_tabs or part is self._tabs
        self.show_parts(shown)
        self.filled_changed.emit()

    def show_tabs(self, shown: bool) -> None:
        """Show the tabs, or leave all of their room to the plots."""
        self.has_tabs = shown
        self.fill(self._filled)

    def enlarge(self, plot: QWidget | None) -> None:
        """Give one plot most of the room of both, so that one can draw in it; None for neither."""
        if plot is not self._large:
            self._large = plot
            self.fill(self._filled)

    @property
    def _is_tall(self) -> bool:
        """Whether the tab in front needs more room than usual, and plots are there to give it."""
        is_asking = self.has_tabs and self._tabs.wanted_height_px > 0
        return is_asking and self._filled is None and self._large is None

    def _on_tabs_changed(self) -> None:
        self._accuracy.set_folded(self._is_tall)
        self.fit()

    def _on_plot_fill_requested(self, plot: QWidget) -> None:
        if not self.is_fixed:
            self.fill(plot if self._filled is None else None)

    def _on_splitter_moved(self) -> None:
        if self._is_tall:
            self._tall = self.sizes()[2] / self._theme.scale
            return
        before = self.chosen or USUAL_HEIGHTS
        super()._on_splitter_moved()
        if self._tabs.is_folded and self.chosen:
            # Unfolded they are as high as they were; what they leave meanwhile is the loss's.
            loss, accuracy, folded = self.chosen
            tabs = before[2] / sum(before) * sum(self.chosen)
            self.chosen = max(1.0, loss + folded - tabs), accuracy, tabs

    def _heights(self, room: float, chosen: Sizes | None) -> Sizes:
        if self._filled is not None:
            return tuple(room if part is self._filled else 0.0 for part in self._parts)
        shares = chosen or USUAL_HEIGHTS
        loss, accuracy, tabs = (share / sum(shares) * room for share in shares)
        if not self.has_tabs:
            plots = loss + accuracy
            loss, accuracy, tabs = loss / plots * room, accuracy / plots * room, 0.0
        elif self._tabs.is_folded:
            folded = self._tabs.bar_height / self._theme.scale
            loss, tabs = loss + tabs - folded, folded
        elif self._is_tall:
            accuracy = self._accuracy.minimumSizeHint().height() / self._theme.scale
            wanted = self._tall or max(tabs, self._tabs.wanted_height_px)
            tabs = min(wanted, room - accuracy - LEAST_LOSS_PX)
            loss = room - accuracy - tabs
        if self._large is self._accuracy:
            plots = loss + accuracy
            loss = max(float(LEAST_LOSS_PX), accuracy)
            accuracy = plots - loss
        return loss, accuracy, tabs

    def _restyle(self) -> None:
        if self.count():
            self._parts[0].setMinimumHeight(self._theme.px(LEAST_LOSS_PX))
        super()._restyle()
