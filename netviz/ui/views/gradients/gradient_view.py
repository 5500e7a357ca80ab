"""How large the gradients and the updates of each layer are, over the steps."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from netviz.engine.protocol.layer_names import numbered_titles
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.ui.look.theme import Theme
from netviz.ui.views.gradients.gradient_series import gradient_series
from netviz.ui.views.gradients.layer_series_plot import SeriesPlot
from netviz.ui.views.layer_menu import LayerMenu
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
        self._recorded: LayersRecorded | None = None
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

    def show_layers(self, recorded: LayersRecorded) -> None:
        """Show the gradients of the run so far."""
        titles = [" ".join(label) for label in numbered_titles(recorded.titles)]
        self.layers.set_layers(recorded.record.names, tuple(titles))
        self._recorded = recorded
        self._invalidate()

    def clear(self) -> None:
        """Forget everything."""
        self._recorded = None
        self._show_content(False)

    def _refresh(self) -> None:
        series = gradient_series(self._recorded.record) if self._recorded else None
        self._show_content(series is not None)
        if series is None or self._recorded is None:
            return
        names = [name for name, _ in numbered_titles(self._recorded.titles)]
        known = enumerate(self._recorded.record.names)
        shown = [index for index, name in known if self.layers.is_shown(name)]
        also = (series.unclipped_norms, "before clipping")
        self.norm_plot.set_series(series.steps, series.norms, names, shown, also, gaps=series.gaps)
        self.ratio_plot.set_series(
            series.steps, series.update_ratios, names, shown, gaps=series.gaps
        )

    def _on_layers_chosen(self) -> None:
        self._invalidate()

    def _restyle(self) -> None:
        self._row.setSpacing(self._theme.px(16))


VIEW = ViewSpec(
    "Gradients",
    "How strongly each layer is moved.",
    20,
    GradientView,
    {LayersRecorded: GradientView.show_layers},
)
