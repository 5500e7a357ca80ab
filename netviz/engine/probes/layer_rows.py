"""All layers of a network at one step: how weights and gradients are, for the record of a run."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn

from netviz.engine.probes.gradients import gradient_norms, unclipped, update_ratios
from netviz.engine.probes.initial_weights import BINS, counted
from netviz.engine.probes.layers import Layer, layers_of
from netviz.engine.probes.probe_spec import ProbeSpec, Subject
from netviz.engine.protocol.layer_record import (
    LayerRecord,
    LayerRow,
    LayersRecorded,
    Spread,
    StepGradients,
)


def untrained_layers(model: nn.Module) -> LayerRecord:
    """Begin the record of a run with its untrained network."""
    layers = layers_of(model)
    return LayerRecord(tuple(layer.name for layer in layers), (layer_row(layers, 0),))


def layer_row(
    layers: Sequence[Layer],
    step: int,
    before: Sequence[Tensor] | None = None,
    clip_factor: float = 1.0,
) -> LayerRow:
    """Describe the layers after a step.

    Parameters
    ----------
    layers
        Of the network, in order.
    step
        Steps trained.
    before
        What `copy_weights` returned before the step; None for an untrained network.
    clip_factor
        Factor by which clipping shortened the step's gradient; 1 where it did not.
    """
    return LayerRow(
        step,
        _spread([layer.module.weight for layer in layers]),
        _spread([layer.module.bias for layer in layers]),
        None if before is None else _gradients(layers, before, clip_factor),
    )


def _gradients(
    layers: Sequence[Layer], before: Sequence[Tensor], clip_factor: float
) -> StepGradients:
    norms = gradient_norms(layers)
    return StepGradients(norms, unclipped(norms, clip_factor), update_ratios(layers, before))


def _spread(parameters: Sequence[Tensor | None]) -> Spread:
    counts = np.zeros((len(parameters), BINS), np.int32)
    ranges = np.zeros((len(parameters), 2), np.float64)
    for index, values in enumerate(parameters):
        if values is not None:
            counts[index], ranges[index] = counted(values)
    return Spread(counts, ranges)


def _observe(subject: Subject) -> LayersRecorded:
    titles = tuple(layer.title for layer in layers_of(subject.model))
    return LayersRecorded(subject.run, subject.step, titles, subject.layers)


PROBE = ProbeSpec(LayersRecorded, "The history of the layers", 5, _observe)
