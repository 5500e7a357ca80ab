"""What each layer makes of one image, and which of its pixels speak for the prediction."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from netviz.engine.network.build import evaluating
from netviz.engine.probes.layers import flow, layers_of, to_numpy
from netviz.engine.probes.probe_spec import ProbeSpec, Subject
from netviz.engine.protocol.observations import ActivationsObserved, LayerActivation


def observe_activations(
    model: nn.Module, image: Tensor, *, run: int, step: int, source: str
) -> ActivationsObserved:
    """Look at all layers while the network predicts the class of one image.

    The saliency is the gradient of the winning logit with respect to the input: K. Simonyan,
    A. Vedaldi and A. Zisserman, "Deep inside convolutional networks: visualising image
    classification models and saliency maps" (2013), arXiv:1312.6034, section 3; its sign is
    kept here, so that ink that speaks against the prediction shows too.

    Parameters
    ----------
    model
        The network; its parameters' gradients stay as they are.
    image
        ``float32 [C, H, W]`` in 0..1, on the network's device.
    run, step, source
        What the observation carries.
    """
    with evaluating(model), torch.inference_mode(False):
        image = image.detach().clone().requires_grad_()
        # A copy, since a network may change its input in place, which no leaf allows.
        logits, passed = flow(model, image[None].clone())
        # The gradient of the input alone: backward() would add to the parameters' own.
        (slope,) = torch.autograd.grad(logits[0, logits[0].argmax()], image)
    return ActivationsObserved(
        run,
        step,
        source,
        to_numpy(image),
        tuple(
            LayerActivation(found.layer.name, found.layer.title, to_numpy(found.values[0]))
            for found in passed
        ),
        to_numpy(torch.softmax(logits[0].detach(), dim=0)),
        to_numpy(_strongest_channel(slope)),
        first_layer_filters(model, tuple(image.shape)),
    )


def _strongest_channel(slope: Tensor) -> Tensor:
    """Keep of ``[C, H, W]`` at each pixel the channel of the largest magnitude."""
    strongest = slope.abs().argmax(dim=0, keepdim=True)
    return slope.gather(0, strongest)[0]


def first_layer_filters(model: nn.Module, image_shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the first layer's weights as images, ``float32 [units or maps, C, H, W]``.

    Empty where the first layer is no convolution and no dense layer on the whole image.
    """
    first = next(iter(layers_of(model)), None)
    if first is not None:
        weight = first.module.weight
        if isinstance(first.module, nn.Conv2d):
            return to_numpy(weight)
        if weight.shape[1] == math.prod(image_shape):
            return as_images(weight, image_shape)
    return np.zeros((0, 1, 1, 1), np.float32)


def as_images(weight: Tensor, image_shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return weights of as many values a unit as an image has, ``float32 [units, C, H, W]``."""
    return to_numpy(weight.reshape(-1, *image_shape))


def _observe(subject: Subject) -> ActivationsObserved:
    assert subject.image is not None  # `needs_image`
    return observe_activations(
        subject.model,
        subject.image,
        run=subject.run,
        step=subject.step,
        source=subject.image_source,
    )


PROBE = ProbeSpec(ActivationsObserved, "The activations", 5, _observe, needs_image=True)
