"""Computes what the visible views show, at modest rates and without disturbing the run."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from netviz.engine.errors import ConfigError
from netviz.engine.network.build import evaluating
from netviz.engine.observatory.drawing_input import network_input
from netviz.engine.observatory.evaluator import Evaluator
from netviz.engine.observatory.probe import Probe
from netviz.engine.probes.activations import observe_activations
from netviz.engine.probes.gradients import copy_weights, gradient_norms, update_ratios
from netviz.engine.probes.layers import layers_of, to_numpy
from netviz.engine.probes.weights import layer_weights, probe_batch
from netviz.engine.protocol.commands import Predict
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.observations import GradientsObserved, Prediction, View, WeightsObserved
from netviz.engine.run.run import Run

ANSWERS = frozenset({View.MISTAKES, View.CONFUSION})
"""The views that are made of the answers to all test images."""


class Observatory:
    """Watches a run from the training thread, between its batches.

    While training runs, each view has its rate and its budget; while it does not, whatever
    has changed is observed at once. A drawing is answered as soon as it comes, and again as
    the weights change.

    A probe that raises is told once as `Refused` and its view is off until it is watched
    again; the run goes on.

    Parameters
    ----------
    emit
        Takes each observation; must be quick.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._views: frozenset[View] = frozenset()
        self._probes = {
            View.WEIGHTS: Probe("The weights", emit, rate_hz=2),
            View.GRADIENTS: Probe("The gradients", emit, rate_hz=5),
            View.ACTIVATIONS: Probe("The activations", emit, rate_hz=5),
        }
        self._pad = Probe("The answer to the drawing", emit, rate_hz=5)
        self._evaluator = Evaluator(emit)
        self._all = (*self._probes.values(), self._pad, self._evaluator.probe)
        self._drawing: Predict | None = None
        self._seen: NDArray[np.float32] | None = None
        self._test_index: int | None = None
        self._before: dict[str, Tensor] | None = None
        self._trained = (0, 0)

    # -- what is wanted ----------------------------------------------------------------------

    def watch(self, views: frozenset[View]) -> None:
        """Observe these views and no others; those that are new at once."""
        opened = views - self._views
        self._views = views
        for view, probe in self._probes.items():
            probe.switch(view in views)
        self._evaluator.watch(visible=bool(views & ANSWERS), opened=bool(opened & ANSWERS))

    def look_at(self, test_index: int | None, run: Run | None) -> None:
        """Choose the image whose activations are observed; None for the drawing.

        Raises
        ------
        ConfigError
            When the run has no such test image.
        """
        if run and not _has_test_image(run, test_index):
            raise ConfigError(f"There is no test image {test_index}.")
        self._test_index = test_index
        self._probes[View.ACTIVATIONS].renew()

    def predict(self, command: Predict) -> None:
        """Answer this drawing, from now on, in place of the one before."""
        self._drawing, self._seen = command, None
        self._pad.switch(True)
        self._pad.hurry()

    def measure_test(self) -> None:
        """Answer all test images as soon as possible."""
        self._evaluator.ask()

    # -- what happens ------------------------------------------------------------------------

    def begin(self, run: Run, test_logits: Tensor) -> None:
        """Turn to a new run; its first evaluation gave `test_logits`, ``[N, classes]``."""
        self._seen = None
        if not _has_test_image(run, self._test_index):
            self._test_index = None
        self._renew()
        self._evaluator.begin(run, test_logits)

    def rewound(self, run: Run) -> None:
        """Observe everything anew: `run` went back to an earlier state."""
        self._renew()
        self._evaluator.rewound(run)

    def _renew(self) -> None:
        self._before = None
        for probe in self._all:
            probe.renew()

    def evaluated(self, run: Run, test_logits: Tensor) -> None:
        """Keep what an evaluation of all test images gave, ``[N, classes]``."""
        self._evaluator.add(run, test_logits)

    def wants_step(self, *, always: bool) -> bool:
        """Whether the step that follows is to be observed.

        Parameters
        ----------
        always
            Whether every step counts, since they are trained singly or slowly.
        """
        probe = self._probes[View.GRADIENTS]
        return probe.is_on and (always or probe.is_due())

    def before_batch(self, run: Run) -> None:
        """Copy the weights before a step that is to be observed."""
        self._probes[View.GRADIENTS].attempt(run, lambda: self._copy_weights(run))

    def _copy_weights(self, run: Run) -> None:
        self._before = copy_weights(run.trainer.model)

    def trained(self, run: Run) -> None:
        """Note that the gradients at hand are those of the run's last step."""
        self._trained = _moment(run)

    def after_batch(self, run: Run) -> None:
        """Observe the gradients of the step that `before_batch` made ready for."""
        self.trained(run)
        before, self._before = self._before, None
        if before is not None:
            probe = self._probes[View.GRADIENTS]
            probe.attempt(run, lambda: self._emit(_gradients(run, before)))
            probe.done(self._trained)

    # -- observing ---------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether test images are being answered, which `advance` continues."""
        return self._evaluator.is_busy

    def advance(self, run: Run) -> None:
        """Answer the next few test images."""
        self._evaluator.advance(run)

    def interrupt(self) -> None:
        """Give up answering test images; it begins anew where it is still wanted."""
        self._evaluator.interrupt()

    def take_spent(self) -> float:
        """Return the seconds that observing took since this was asked last."""
        return sum(probe.take_spent() for probe in self._all)

    def tend(self, run: Run, *, training: bool) -> None:
        """Observe all that is wanted, has changed and, while `training`, is due."""
        step = run.trainer.step
        if self._pad.is_on:
            moment = (step, self._drawing)
            if not self._observe(self._pad, run, training, moment, self._predict):
                self._drawing = None  # what cannot be answered cannot be looked at either
        weights = self._probes[View.WEIGHTS]
        if weights.is_on:
            self._observe(weights, run, training, step, _weights)
        gradients = self._probes[View.GRADIENTS]
        was_observed = gradients.moment is not None
        if gradients.is_on and not (training or was_observed) and self._trained == _moment(run):
            self._observe(gradients, run, training, self._trained, _gradients)
        activations = self._probes[View.ACTIVATIONS]
        image = self._drawing if self._test_index is None else self._test_index
        if activations.is_on and image is not None:
            self._observe(activations, run, training, (step, image), self._activations)
        self._evaluator.tend(run, training=training)

    def _observe(
        self,
        probe: Probe,
        run: Run,
        training: bool,
        moment: object,
        observe: Callable[[Run], Event],
    ) -> bool:
        """Observe this moment if it is new and its turn has come; return False on an error."""
        if probe.moment == moment or (training and not probe.is_due()):
            return True
        succeeded = probe.attempt(run, lambda: self._emit(observe(run)))
        probe.done(moment)
        return succeeded

    def _predict(self, run: Run) -> Prediction:
        assert self._drawing is not None
        seen = self._drawing_seen(run)
        trainer = run.trainer
        with evaluating(trainer.model):
            logits = trainer.model(torch.from_numpy(seen)[None].to(trainer.device))
            probabilities = torch.softmax(logits[0], dim=0)
        request = self._drawing.request
        return Prediction(run.number, request, trainer.step, seen.copy(), to_numpy(probabilities))

    def _drawing_seen(self, run: Run) -> NDArray[np.float32]:
        """Bring the drawing to the data set's form, once."""
        assert self._drawing is not None
        if self._seen is None:
            command, shape = self._drawing, run.trainer.data.image_shape
            self._seen = network_input(command.drawing, *shape, prepared=command.prepared)
        return self._seen

    def _activations(self, run: Run) -> Event:
        trainer = run.trainer
        if self._test_index is None:
            image = torch.from_numpy(self._drawing_seen(run)).to(trainer.device)
            source = "your drawing"
        else:
            image = trainer.data.test_images[self._test_index]
            source = f"test image {self._test_index}"
        return observe_activations(
            trainer.model, image, run=run.number, step=trainer.step, source=source
        )


def _moment(run: Run) -> tuple[int, int]:
    return run.number, run.trainer.step


def _has_test_image(run: Run, index: int | None) -> bool:
    return index is None or 0 <= index < len(run.trainer.data.test_labels)


def _weights(run: Run) -> WeightsObserved:
    trainer = run.trainer
    images = probe_batch(trainer.data.train_images)
    layers = layer_weights(trainer.model, run.initial_weights, images)
    return WeightsObserved(run.number, trainer.step, layers)


def _gradients(run: Run, before: dict[str, Tensor] | None = None) -> GradientsObserved:
    """Describe the last step; how far it moved the weights is known only from those `before`."""
    model = run.trainer.model
    layers = layers_of(model)
    return GradientsObserved(
        run.number,
        run.trainer.step,
        tuple(layer.name for layer in layers),
        tuple(layer.title for layer in layers),
        gradient_norms(model),
        update_ratios(model, before) if before else np.full(len(layers), np.nan),
    )
