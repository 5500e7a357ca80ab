"""Connects the Network tab and the layer editor with the training."""

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog

from netviz.engine.network.layer_plan import layer_texts
from netviz.engine.options.run_config import MODELS, RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.layer_facts import LayerFacts, trainable
from netviz.ui.dialogs.layer_editor.layer_editor import LayerEditor
from netviz.ui.views.network.network_view import NetworkView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

IN_WORDS = ("mlp", "cnn", "lenet5", "layers")
"""The networks that the editor can begin with."""


class NetworkPresenter(QObject):
    """Carries what the user does to the network to the run, and what it is back to the screen.

    Parameters
    ----------
    change
        Changes options of the run, at once or on Reset; says at the control what is refused.
    """

    def __init__(self, window: "MainWindow", change: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._change = change
        self._layers: tuple[LayerFacts, ...] = ()
        self._data: tuple[tuple[int, ...], int] = ((1, 28, 28), 10)
        self._editor: LayerEditor | None = None
        self._warned_of: tuple[str, ...] = ()
        window.panel.edit_layers_requested.connect(self.edit_layers)
        window.panel.model_file_requested.connect(self.choose_file)
        window.views.view(NetworkView).freeze_requested.connect(self._on_network_freeze_requested)
        run = self._controller
        run.prepared.connect(self._on_run_prepared)
        run.changed.connect(self._on_run_changed)

    @property
    def editor(self) -> LayerEditor:
        """The window in which layers are edited, made when it is first asked for."""
        if self._editor is None:
            self._editor = LayerEditor(self._window.theme, self._window)
            self._editor.set_data(*self._data)
            self._editor.layers_chosen.connect(self._on_editor_layers_chosen)
            self._editor.reset_requested.connect(self._on_editor_reset_requested)
        return self._editor

    @Slot()
    def edit_layers(self) -> None:
        """Open the editor on the network that is chosen; it stands beside the window."""
        config = self._controller.settings.shown
        if config.model in IN_WORDS and not self.editor.isVisible():
            self.editor.edit(layer_texts(config), *self._data)
        self.editor.show()
        self.editor.raise_()

    @Slot()
    def choose_file(self) -> None:
        """Ask for a Python file and for the network in it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            "Open a Python file with a network: its code is run",
            "",
            "Python (*.py)",
        )
        if not name:
            return
        found = candidates(Path(name))
        chosen, accepted = QInputDialog.getItem(
            self._window,
            "Which network?",
            f"Opening {Path(name).name} runs its code, with all that it does.\n"
            "Name of a class, a function or a module in it that is the network:",
            found,
            0,
            True,
        )
        if accepted and chosen.strip():
            self.open_file(Path(name), chosen.strip())

    def open_file(self, path: Path, name: str) -> None:
        """Take the network `name` of a Python file."""
        self._change({"model": f"{path}:{name}"})

    @Slot(tuple)
    def _on_editor_layers_chosen(self, layers: tuple[str, ...]) -> None:
        self._change({"model": "layers", "layers": layers})

    @Slot()
    def _on_editor_reset_requested(self) -> None:
        # An untrained run has the layers already: nothing is lost by that.
        if not self._controller.is_untouched:
            self._controller.reset()

    @Slot(tuple)
    def _on_network_freeze_requested(self, names: tuple[str, ...]) -> None:
        self._change({"frozen": names})

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._layers = event.network
        self._data = (event.image_shape, len(event.classes))
        if self._editor is not None:
            self._editor.set_data(*self._data)
        self._show_size(event.config)
        self._tell_cautions(event)

    def _tell_cautions(self, event: events.Prepared) -> None:
        """Say once what to know of a network of the user's own."""
        before, self._warned_of = self._warned_of, event.cautions
        if not event.cautions or event.cautions == before:
            return
        message, *rest = event.cautions
        model = event.config.model
        self._window.message_bar.show_next(
            "warning",
            message,
            " ".join(rest),
            holds=lambda: self._controller.config.model == model,
        )

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        self._show_size(event.config)

    def _show_size(self, config: RunConfig) -> None:
        total, learning = trainable(self._layers, ()), trainable(self._layers, config.frozen)
        text = f"{total:,} parameters"
        if learning != total:
            text = f"{learning:,} of {total:,} parameters learn"
        name = "" if config.model in MODELS else f" · {Path(config.model).name}"
        self._window.panel.set_network_facts(text + name)


def candidates(path: Path) -> list[str]:
    """List the names in a Python file that may be a network, without running it.

    Classes come first, as they are written; then functions.
    """

    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []  # what is wrong with it is said when it is run
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.bases]
    made = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [*reversed(classes), *made]
