"""The steps of preparing a run: load its data, build its trainer, measure it untrained."""

from collections.abc import Callable, Generator, Hashable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from netviz.engine.dataset_names import is_own
from netviz.engine.datasets.checks import DataNotes, warnings_of
from netviz.engine.datasets.dataset import Dataset
from netviz.engine.datasets.load import load
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.load import fingerprint, loading
from netviz.engine.network.build import multiplications
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.session.reports import not_finite
from netviz.engine.training.devices import choose_device, usual_threads
from netviz.engine.training.memory_errors import evaluation_explained
from netviz.engine.training.trainer import EVALUATION_CHUNK, DeviceData, Trainer

T = TypeVar("T")

PROGRESS_INTERVAL_S = 0.1
"""Time between two reports of how many pictures were read."""


class TrainerBuilder:
    """Builds trainers, and keeps the last data set on its device for the next one.

    Attributes
    ----------
    notes
        What the user should know about the data set of the last trainer.
    """

    def __init__(self) -> None:
        self._data: tuple[Hashable, DeviceData, DataNotes] | None = None
        self.notes = DataNotes()

    def build(
        self, config: RunConfig, data_dir: Path | None, on_read: Callable[[int, int], None]
    ) -> Generator[None, None, Trainer]:
        """Load the data and build the network; own pictures are read one at a time.

        Parameters
        ----------
        on_read
            Called now and then with how many own pictures were read, and of how many.

        Returns
        -------
        Trainer
            As the generator's value; torch uses as many threads as it asks for.
        """
        device = choose_device(config.device)
        key = _data_key(config, data_dir, device)
        if self._data is None or self._data[0] != key:
            dataset, notes = yield from _load(config, data_dir, on_read)
            self._data = (key, DeviceData.of(dataset, device), notes)
        _, data, self.notes = self._data
        trainer = Trainer(config, data, device)
        work = multiplications(trainer.model, data.image_shape) * config.batch_size
        trainer.usual_threads = usual_threads(work)
        trainer.use_threads()
        return trainer


def own_form(config: RunConfig) -> OwnForm:
    """Return what a config asks of own pictures.

    The split does not depend on the seed of the run: other weights are tested on the same
    pictures, so that runs can be compared.
    """
    return OwnForm(config.image_size, 3 if config.colour else 1, config.test_share)


def _data_key(config: RunConfig, data_dir: Path | None, device: torch.device) -> Hashable:
    """Return what decides the images; own pictures are read anew when a file has changed."""
    name, size = config.dataset, config.train_size
    if is_own(name):
        return name, size, own_form(config), fingerprint(name), device
    return name, size, data_dir, device


def _load(
    config: RunConfig, data_dir: Path | None, on_read: Callable[[int, int], None]
) -> Generator[None, None, tuple[Dataset, DataNotes]]:
    if is_own(config.dataset):
        own = yield from loading(config.dataset, own_form(config), _rarely(on_read))
        dataset, left_out = own.dataset, tuple(map(str, own.left_out))
    else:
        dataset, left_out = load(config.dataset, data_dir), ()
    dataset = dataset.with_train_size(config.train_size)
    return dataset, DataNotes(warnings_of(dataset), left_out)


def _rarely(call: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return a function that passes on only as many calls as a progress bar needs."""
    called_at = perf_counter()

    def call_if_due(done: int, total: int) -> None:
        nonlocal called_at
        if perf_counter() - called_at >= PROGRESS_INTERVAL_S:
            called_at = perf_counter()
            call(done, total)

    return call_if_due


def measure(
    trainer: Trainer, tally: EpochTally, better_rate: float | None = None
) -> Generator[None, None, tuple[Measurement, Tensor]]:
    """Measure a network on training and test images, a chunk at a time.

    Parameters
    ----------
    better_rate
        Learning rate to offer where a loss is not finite; None for a usual one.

    Returns
    -------
    tuple[Measurement, Tensor]
        The figures, and the logits of all test images; as the generator's value.

    Raises
    ------
    TrainingError
        When a loss is not finite, or memory is refused.
    """
    data = trainer.data
    with evaluation_explained(EVALUATION_CHUNK):
        train = yield from trainer.evaluate(*data.train_sample())
        test = yield from trainer.evaluate(data.test_images, data.test_labels)
    for loss in (train.loss, test.loss):
        if not np.isfinite(loss):
            raise not_finite(loss, trainer.step, trainer.config, better_rate)
    measurement = Measurement(
        trainer.epoch,
        trainer.step,
        train.loss,
        train.accuracy,
        test.loss,
        test.accuracy,
        tally.seconds,
        tally.samples_per_second,
    )
    return measurement, test.logits


def value_of(work: Generator[object, None, T]) -> T:
    """Do all of `work` at once, and return its value."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            value: T = done.value
            return value
