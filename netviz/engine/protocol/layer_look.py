"""What is measured of a network's layers to notice trouble: a few plain numbers a layer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerFigures:
    """One dense layer or convolution at one moment.

    Attributes
    ----------
    name
        In the network, such as ``1`` or ``features.0``.
    title
        For the screen, counted by kind as the tabs do: ``Linear 2``.
    units
        Units of a dense layer, maps of a convolution.
    gradient
        Root mean square of the gradient over weights and biases, before clipping; None where the
        layer is frozen.
    dead
        Fraction of the ReLU units behind it that are 0 for every image of a probe batch; None
        where no ReLU follows.
    """

    name: str
    title: str
    units: int
    gradient: float | None
    dead: float | None = None


@dataclass(frozen=True)
class Look:
    """All layers from input to output, after `step` steps and `images` training images.

    Attributes
    ----------
    gradient_norm
        Euclidean norm of the whole gradient before clipping.
    """

    step: int
    images: int
    layers: tuple[LayerFigures, ...]
    gradient_norm: float = 0.0

    @property
    def has_dead_layer(self) -> bool:
        """Whether nothing passes some layer."""
        return any(layer.dead == 1.0 for layer in self.layers)

    @property
    def gradient_ratio(self) -> float:
        """The first layer's gradient as a multiple of the last one's; -1 where there is none."""
        sizes = [layer.gradient for layer in self.layers if layer.gradient is not None]
        if len(sizes) < 3 or not sizes[-1]:
            return -1.0
        return sizes[0] / sizes[-1]

    @property
    def ends(self) -> tuple[str, str]:
        """The titles of the first and the last layer that learn."""
        titles = [layer.title for layer in self.layers if layer.gradient is not None]
        return titles[0], titles[-1]
