"""Lets the views, the pad and the training speak with each other."""

import random

from PySide6.QtCore import QObject, Slot

from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.observations import Prediction
from netviz.ui.shell.main_window import MainWindow


class ViewPresenter(QObject):
    """Gives observations to the views, and carries what is asked in them to the controller."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._prepared: events.Prepared | None = None
        self._connect_views()

    def _connect_views(self) -> None:
        window, run = self._window, self._controller
        run.prepared.connect(self._on_run_prepared)
        run.changed.connect(self._on_run_changed)
        run.weights_observed.connect(window.weights.show_weights)
        run.gradients_observed.connect(window.gradients.show_gradients)
        run.test_predicted.connect(window.mistakes.show_predictions)
        run.test_predicted.connect(window.confusion.show_predictions)
        run.augmented.connect(window.data.show_augmented)
        window.data.augmentation_wanted.connect(run.preview_augmentation)
        run.activations_observed.connect(window.activations.show_activations)
        run.predicted.connect(self._on_run_predicted)
        window.views.watched_changed.connect(run.watch)
        window.mistakes.measure_requested.connect(run.measure_test)
        window.mistakes.count_changed.connect(self._on_mistakes_count_changed)
        window.mistakes.sent_to_pad.connect(self.put_on_pad)
        window.mistakes.activations_requested.connect(self._on_mistakes_activations_requested)
        window.confusion.cell_clicked.connect(self._on_confusion_cell_clicked)
        window.activations.source_chosen.connect(run.look_at)
        window.pad.drawing_changed.connect(run.predict)
        window.pad.example_requested.connect(self.show_example)
        window.pad.failed.connect(self._on_widget_failed)

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        window = self._window
        self._prepared = event
        for view in (window.weights, window.gradients, window.mistakes, window.confusion):
            view.clear()
        window.activations.clear()
        window.ledger.clear()
        window.mistakes.set_images(event.images, event.classes)
        window.confusion.set_classes(event.classes)
        window.activations.set_classes(event.classes)
        window.activations.set_test_count(event.test_count)
        window.activations.set_source(None)
        window.pad.set_heading(_heading(event.config.dataset, event.classes))
        window.pad.set_image_shape(event.image_shape)
        window.pad.set_classes(event.classes)

        self._show_data(event.config)

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        self._show_data(event.config)

    def _show_data(self, config: RunConfig) -> None:
        if self._prepared is not None:
            name, event = dataset_label(config.dataset), self._prepared
            self._window.data.set_data(event.images, event.classes, name, config.batch_size)
            self._window.data.set_notes(event.warnings, event.left_out)

    @Slot(object)
    def _on_run_predicted(self, event: Prediction) -> None:
        self._window.pad.show_prediction(event)

    @Slot(int)
    def _on_mistakes_count_changed(self, count: int) -> None:
        self._window.views.set_count(self._window.mistakes, "Mistakes", count)

    @Slot(int)
    def put_on_pad(self, test_index: int) -> None:
        """Put a test image on the pad, to be answered and changed by hand."""
        if self._prepared is None:
            return
        images = self._prepared.images
        label = self._prepared.classes[int(images.test_labels[test_index])]
        image = images.test_images[test_index]
        self._window.pad.show_example(image, f"test image {test_index:,}: {label}")

    @Slot()
    def show_example(self) -> None:
        """Put some test image on the pad."""
        if self._prepared is not None:
            self.put_on_pad(random.randrange(len(self._prepared.images.test_labels)))

    @Slot(int)
    def _on_mistakes_activations_requested(self, test_index: int) -> None:
        self._controller.look_at(test_index)
        self._window.activations.set_source(test_index)
        self._window.views.show_page(self._window.activations)

    @Slot(int, int)
    def _on_confusion_cell_clicked(self, true_class: int, predicted_class: int) -> None:
        self._window.mistakes.set_filter(true_class, predicted_class)
        self._window.views.show_page(self._window.mistakes)

    @Slot(str, str)
    def _on_widget_failed(self, message: str, hint: str) -> None:
        self._window.message_bar.show_message("warning", message, hint)


_HEADINGS = {"fashion-mnist": "Draw clothes", "kmnist": "Draw a character"}


def _heading(dataset: str, classes: tuple[str, ...]) -> str:
    if dataset in _HEADINGS:
        return _HEADINGS[dataset]
    if all(name.isdigit() for name in classes):
        return "Draw a digit"
    if all(len(name) == 1 for name in classes):
        return "Draw a letter"
    return "Draw here"
