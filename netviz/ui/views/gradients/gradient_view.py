"""How large the gradients and the updates of each layer are, over the steps."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from netviz.engine.protocol.observations import GradientsObserved
from netviz.ui.look.theme import Theme
from netviz.ui.views.gradients.gradient_history import GradientHistory
from netviz.ui.views.gradients.layer_series_plot import SeriesPlot
from netviz.ui.views.layer_menu import LayerMenu, numbered_titles
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec


class GradientView(Page):
    """Gradient norm and update ratio of each layer, side by side.

    Attributes
    ----------
    layers
        Which layers are shown.
    norm_plot, ratio_plot
        The two plots.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "chart-line",
            "Press Train to see how large the gradient of each layer is, and how far it moves.",
            parent,
        )
        self._history: GradientHistory | None = None
        self.layers = LayerMenu(theme)
        self.norm_plot = SeriesPlot(theme, "Gradient norm")
        self.ratio_plot = SeriesPlot(theme, "Update / weight", (1e-3, "rough guide 1e-3"))
        self.norm_plot.setToolTip(
            "How long the gradient of each layer is: near zero the layer stops learning,"
            " far above the others it may explode. Drawn as the step uses it, after clipping."
        )
        self.ratio_plot.setToolTip(
            "How far one step moves a layer, relative to the size of its weights;"
            " about a thousandth is common."
        )
        self._row = QHBoxLayout()
        for plot, other in (
            (self.norm_plot, self.ratio_plot),
            (self.ratio_plot, self.norm_plot),
        ):
            plot.step_pointed.connect(plot.point_at)
            plot.step_pointed.connect(other.point_at)
            self._row.addWidget(plot, 1)
        self.body.addLayout(self._row, 1)
        self._row.addWidget(self.layers, 0, Qt.AlignmentFlag.AlignTop)
        self.layers.chosen.connect(self._on_layers_chosen)
        self._restyle()

    def show_gradients(self, observed: GradientsObserved) -> None:
        """Add the gradients of a step."""
        if self._history is None or not self._history.continues(observed):
            self._history = GradientHistory(observed)
            titles = [" ".join(label) for label in numbered_titles(observed.titles)]
            self.layers.set_layers(observed.names, tuple(titles))
        self._history.append(observed)
        self._show_content(True)
        self._invalidate()

    def truncate(self, step: int) -> None:
        """Forget everything after `step`."""
        if self._history is not None:
            self._history.truncate(step)
            self._invalidate()

    def clear(self) -> None:
        """Forget everything."""
        self._history = None
        self._show_content(False)

    def _refresh(self) -> None:
        history = self._history
        if history is None or not len(history):
            self._show_content(False)
            return
        names = [name for name, _ in numbered_titles(history.titles)]
        shown = [i for i, name in enumerate(history.names) if self.layers.is_shown(name)]
        steps = history.steps
        self.norm_plot.set_series(
            steps, history.norms, names, shown, (history.unclipped_norms, "before clipping")
        )
        self.ratio_plot.set_series(steps, history.update_ratios, names, shown)

    def _on_layers_chosen(self) -> None:
        self._invalidate()

    def _restyle(self) -> None:
        self._row.setSpacing(self._theme.px(16))


VIEW = ViewSpec(
    "Gradients",
    "How strongly each layer is moved.",
    20,
    GradientView,
    {GradientsObserved: GradientView.show_gradients},
)
