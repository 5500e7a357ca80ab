"""Lets the user collect labelled drawings from the pad, train on them and export them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from netviz.engine.datasets.drawings import DrawingStore
from netviz.engine.errors import NetvizError
from netviz.engine.options.run_config import OPTIONS
from netviz.engine.protocol import events
from netviz.engine.protocol.observations import Observation, Prediction

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

T = TypeVar("T")


class DrawingsPresenter(QObject):
    """Connects the collecting row, the pad and the menu with a `DrawingStore`.

    A drawing is kept as the network sees it, so a prediction is asked for first: it carries the
    image that the network saw.

    Parameters
    ----------
    window
        The window.
    store
        Where the drawings lie, by default in the user's state folder.
    """

    def __init__(self, window: "MainWindow", store: DrawingStore | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._store = store or DrawingStore()
        self._classes: tuple[str, ...] = ()
        self._waiting: tuple[int, str] | None = None
        self._added = 0
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        pad, actions = self._window.pad, self._window.actions_by_key
        pad.collecting.add_requested.connect(self.add)
        pad.collecting.remove_requested.connect(self.remove_last)
        pad.collecting.train_requested.connect(self.train)
        pad.digit_typed.connect(self._on_pad_digit_typed)
        actions["train_drawings"].triggered.connect(self.train)
        actions["export_drawings"].triggered.connect(self.export)
        actions["clear_drawings"].triggered.connect(self.clear)
        self._controller.prepared.connect(self._on_controller_prepared)
        self._controller.observed.connect(self._on_controller_observed)

    @Slot(str)
    def add(self, label: str) -> None:
        """Keep the drawing on the pad as one of class `label`."""
        pad = self._window.pad.pad
        if pad.canvas.is_empty:
            self._tell("Draw something first; then it can be added.")
            return
        canvas = pad.canvas
        request = self._controller.predict(canvas.array(), canvas.example is not None)
        self._waiting = (request, label)

    @Slot()
    def remove_last(self) -> None:
        """Throw away the drawing that was added last."""
        if self._attempt(self._store.remove_last):
            self._added -= 1
            self._refresh()

    @Slot()
    def clear(self) -> None:
        """Throw all drawings away, once the user has said so in the message bar."""
        count = sum(self._counts().values())
        if not count:
            self._tell("You have collected no drawings yet.")
            return
        self._window.message_bar.show_message(
            "warning",
            f"Delete all {count:,} of your drawings?",
            "This cannot be undone.",
            actions=[(f"Delete {count:,} drawings", self._clear_now)],
            holds=lambda: sum(self._counts().values()) == count,
        )

    @Slot()
    def train(self) -> None:
        """Make the drawings the data set, from now or from the next reset on."""
        counts = self._counts()
        if len(counts) < 2:
            self._tell(
                "Collect drawings of at least two classes first, two or more of each.",
                "Turn on Collect drawings in the menu of the pad.",
            )
            return
        run, name = self._controller, self._store.dataset_name
        if run.config.dataset != name or run.waiting:
            run.change({"dataset": name, **self._form()})
            if run.waiting and not run.is_untouched:
                self._offer_reset("Your drawings are the data set after the next Reset.")
        elif run.is_untouched:
            run.reset()
        else:
            self._offer_reset("What you drew since joins the run after a Reset.")

    @Slot()
    def export(self) -> None:
        """Copy the drawings into a folder of the user's choice."""
        if not self._counts():
            self._tell("You have collected no drawings yet.")
            return
        folder = QFileDialog.getExistingDirectory(self._window, "Export my drawings to a folder")
        if folder:
            count = self._attempt(lambda: self._store.export(Path(folder)))
            if count:
                self._tell(f"{count:,} drawings were copied to {folder}.", kind="success")

    def _form(self) -> dict[str, object]:
        """Return the options with which the drawings are trained on as they were drawn."""
        has_colour, side = self._attempt(self._store.form) or (False, 0)
        size = OPTIONS["image_size"]
        least, most = int(size.minimum or 1), int(size.maximum or side)
        return {"colour": has_colour, "image_size": max(least, min(side, most))}

    def _clear_now(self) -> None:
        self._attempt(self._store.clear)
        self._added = 0
        self._refresh()

    def _offer_reset(self, message: str) -> None:
        actions, run = [("Reset", self._controller.reset)], self._controller.run
        self._window.message_bar.show_message(
            "info", message, actions=actions, holds=lambda: self._controller.run == run
        )

    def _tell(self, message: str, hint: str = "", kind: str = "info") -> None:
        self._window.message_bar.show_message(kind, message, hint)

    def _attempt(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except NetvizError as error:
            self._tell(error.message, error.hint, "warning")
            return None

    def _counts(self) -> dict[str, int]:
        return self._attempt(self._store.counts) or {}

    def _refresh(self) -> None:
        self._window.message_bar.review()
        counts = self._counts()
        row = self._window.pad.collecting
        row.set_counts(counts, can_remove=self._added > 0)
        known = dict.fromkeys((*self._classes, *counts))
        row.set_labels(tuple(known))

    @Slot(int)
    def _on_pad_digit_typed(self, digit: int) -> None:
        """Collect under the class of that name, or of that number where none is named so."""
        if not self._window.pad.is_collecting:
            return
        if str(digit) in self._classes or digit >= len(self._classes):
            self.add(str(digit))
        else:
            self.add(self._classes[digit])

    @Slot(object)
    def _on_controller_prepared(self, event: events.Prepared) -> None:
        self._classes = event.classes
        self._refresh()

    @Slot(object)
    def _on_controller_observed(self, event: Observation) -> None:
        if not isinstance(event, Prediction):
            return
        if self._waiting is None or event.request < self._waiting[0]:
            return
        (request, label), self._waiting = self._waiting, None
        if event.request > request:
            self._tell("The drawing changed before it was kept; add it again.")
            return
        image = np.round(event.seen * 255).astype(np.uint8)
        image = image if len(image) == 3 else image[0]
        if self._attempt(lambda: self._store.add(image, label)):
            self._added += 1
            self._refresh()
            self._window.pad.clear()
            self._window.show_status(f"Kept as {label!r}. Draw the next one.")
