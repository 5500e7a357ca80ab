"""The tab Network: a diagram of the network, in which layers can be frozen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.layer_facts import LayerFacts, all_but_last, trainable, with_toggled
from netviz.engine.protocol.run_state import State
from netviz.ui.look.theme import Theme
from netviz.ui.views.network.network_diagram import NetworkDiagram
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.fitting_label import FittingLabel


class NetworkView(Page):
    """Every layer from input to output, its shape, its weights and its mode.

    Signals
    -------
    freeze_requested
        Names of the layers to be frozen from the next batch on; all others learn.

    Attributes
    ----------
    facts
        How many parameters learn.
    transfer_button, unfreeze_button
        Freeze all but the last layer; freeze none.
    diagram
        The layers.
    """

    freeze_requested = Signal(tuple)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "layers", "The network is drawn when a run is ready.", parent)
        self._layers: tuple[LayerFacts, ...] = ()
        self._frozen: tuple[str, ...] = ()
        self._training = False
        self.facts = FittingLabel(theme)
        self.transfer_button = self._button(
            "Freeze all but the last layer",
            "Transfer learning: only the last layer learns, the others keep their weights.",
        )
        self.transfer_button.clicked.connect(self._on_transfer_button_clicked)
        self.unfreeze_button = self._button("Unfreeze all", "Let all layers learn again.")
        self.unfreeze_button.clicked.connect(self._on_unfreeze_button_clicked)
        self.bar.addWidget(self.facts, 1)
        self.bar.addWidget(self.transfer_button)
        self.bar.addWidget(self.unfreeze_button)
        self.diagram = NetworkDiagram(theme)
        self.diagram.setObjectName("scrolled")
        self.diagram.toggled.connect(self._on_diagram_toggled)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.diagram)
        self.body.addWidget(area, 1)

    @property
    def trainable(self) -> int:
        """How many parameters learn."""
        return trainable(self._layers, self._frozen)

    def begin_run(self, prepared: Prepared) -> None:
        self.set_network(prepared.network, prepared.config.frozen)

    def set_config(self, config: RunConfig) -> None:
        self.set_frozen(config.frozen)

    def set_state(self, state: State) -> None:
        self.set_training(state is State.RUNNING)

    def set_network(self, layers: tuple[LayerFacts, ...], frozen: tuple[str, ...]) -> None:
        """Show another network, with these layers frozen."""
        self._layers, self._frozen = layers, frozen
        self._show_content(bool(layers))
        self._invalidate()

    def set_frozen(self, frozen: tuple[str, ...]) -> None:
        """Show which layers are frozen now."""
        self._frozen = frozen
        self._invalidate()

    def set_training(self, training: bool) -> None:
        """Show whether the network is in train mode, as while it trains, or in eval mode."""
        self._training = training
        self._invalidate()

    def _refresh(self) -> None:
        total = trainable(self._layers, ())
        learn = "parameters, all learn" if self.trainable == total else f"of {total:,} learn"
        facts = f"{self.trainable:,} {learn}"
        texts = [facts, f"{self.trainable:,} of {total:,}"]
        if any(layer.has_modes for layer in self._layers):
            mode = "train mode" if self._training else "eval mode"
            why = "dropout and batch norm work differently while training"
            texts = [f"{facts} · {mode}: {why}", f"{facts} · {mode}", *texts]
        self.facts.set_texts(*texts)
        self.facts.setToolTip(texts[0])
        last = all_but_last(self._layers)
        self.transfer_button.setEnabled(bool(last) and set(last) != set(self._frozen))
        self.unfreeze_button.setEnabled(bool(self._frozen))
        self.diagram.show_network(self._layers, self._frozen, training=self._training)

    def _on_diagram_toggled(self, index: int) -> None:
        self.freeze_requested.emit(with_toggled(self._layers, self._frozen, index))

    def _on_transfer_button_clicked(self) -> None:
        self.freeze_requested.emit(all_but_last(self._layers))

    def _on_unfreeze_button_clicked(self) -> None:
        self.freeze_requested.emit(())

    def _button(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "small")
        button.setToolTip(tooltip)
        return button


VIEW = ViewSpec("Network", "Every layer, its shape, and what of it is frozen.", 70, NetworkView)
