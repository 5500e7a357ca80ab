"""Connects the views and the pad with the training."""

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import AugmentedSamples, Observation, Prediction
from netviz.ui.views.activations.activation_view import ActivationView
from netviz.ui.views.confusion.confusion_view import ConfusionView
from netviz.ui.views.mistakes.mistake_view import MistakeView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class ViewPresenter(QObject):
    """Gives observations to the views, and carries what is asked in them to the controller.

    Signals
    -------
    test_image_put
        A test image was put on the pad: its number.
    """

    test_image_put = Signal(int)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._mistakes = window.views.view(MistakeView)
        self._prepared: events.Prepared | None = None
        self._looked_step: int | None = None
        self._present: dict[type[Observation], Observation] = {}
        self._connect_views()

    def _connect_views(self) -> None:
        window, run = self._window, self._controller
        run.prepared.connect(self._on_run_prepared)
        run.looked_back.connect(self._on_run_looked_back)
        run.observed.connect(self._on_run_observed)
        run.settings_changed.connect(self._on_run_settings_changed)
        run.state_changed.connect(self._on_run_state_changed)
        run.epoch_finished.connect(self._on_run_epoch_finished)
        window.views.command_requested.connect(run.submit)
        self._mistakes.sent_to_pad.connect(self.put_on_pad)
        self._mistakes.activations_requested.connect(self._on_mistakes_activations_requested)
        window.views.view(ConfusionView).cell_clicked.connect(self._on_confusion_cell_clicked)
        window.pad.drawing_changed.connect(run.predict)
        window.pad.example_requested.connect(self.show_example)
        window.pad.failed.connect(self._on_widget_failed)

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._prepared = event
        self._present = {}
        self._look_back(None)
        self._window.views.begin_run(event)
        pad = self._window.pad
        pad.set_heading(_heading(event.config.dataset, event.classes))
        pad.set_image_shape(event.image_shape)
        pad.set_classes(event.classes)

    @Slot(object)
    def _on_run_observed(self, event: Observation) -> None:
        if self._looked_step is None:
            if not isinstance(event, AugmentedSamples):
                self._present[type(event)] = event
        elif isinstance(event, Prediction):
            known = self._present.get(Prediction)
            if isinstance(known, Prediction) and known.request != event.request:
                del self._present[Prediction]  # of another drawing
        self._show(event)

    def _show(self, event: Observation) -> None:
        if isinstance(event, Prediction):
            self._window.pad.show_prediction(event)
        self._window.views.show_observation(event)

    @Slot(object)
    def _on_run_looked_back(self, event: events.LookedBack) -> None:
        if event.step != self._looked_step:
            self._look_back(event.step)

    def _look_back(self, step: int | None) -> None:
        """Let all parts know that what follows is of an earlier step, or of the present again.

        A view out of sight would go on to show the earlier step: the present that was last seen
        is shown at once, and the one of now as soon as it comes.
        """
        self._looked_step = step
        self._window.pad.look_back(step is not None)
        self._window.views.look_back(step)
        if step is None:
            for observation in self._present.values():
                self._show(observation)

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._window.views.set_config(settings.config)

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        self._window.views.set_state(event.state)

    @Slot(object)
    def _on_run_epoch_finished(self, event: events.EpochFinished) -> None:
        self._window.views.show_measurement(event.measurement)

    @Slot(int)
    def put_on_pad(self, test_index: int) -> None:
        """Put a test image on the pad, to be predicted and changed by hand."""
        if self._prepared is None:
            return
        images = self._prepared.images
        label = self._prepared.classes[int(images.test_labels[test_index])]
        image = images.test_images[test_index]
        self._window.pad.show_example(image, f"test image {test_index:,}: {label}")
        self.test_image_put.emit(test_index)

    @Slot()
    def show_example(self) -> None:
        """Put some test image on the pad."""
        if self._prepared is not None:
            self.put_on_pad(random.randrange(len(self._prepared.images.test_labels)))

    @Slot(int)
    def _on_mistakes_activations_requested(self, test_index: int) -> None:
        activations = self._window.views.view(ActivationView)
        self._controller.submit(commands.LookAt(test_index))
        activations.set_source(test_index)
        self._window.views.show_view(activations)

    @Slot(int, int)
    def _on_confusion_cell_clicked(self, true_class: int, predicted_class: int) -> None:
        self._mistakes.set_filter(true_class, predicted_class)
        self._window.views.show_view(self._mistakes)

    @Slot(str, str)
    def _on_widget_failed(self, message: str, hint: str) -> None:
        self._window.message_bar.show_message("warning", message, hint)


def _step(observation: Observation) -> int:
    return int(getattr(observation, "step", 0))


_HEADINGS = {"fashion-mnist": "Draw clothes", "kmnist": "Draw a character"}


def _heading(dataset: str, classes: tuple[str, ...]) -> str:
    if dataset in _HEADINGS:
        return _HEADINGS[dataset]
    if all(name.isdigit() for name in classes):
        return "Draw a digit"
    if all(len(name) == 1 for name in classes):
        return "Draw a letter"
    return "Draw here"
