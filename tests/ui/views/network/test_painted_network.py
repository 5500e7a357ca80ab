"""What the network diagram paints: in each block the figures of its own layer."""

import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.ui.look.theme import Theme
from netviz.ui.views.network.network_diagram import NetworkDiagram
from tests.ui.painting import Painting, Shape, painted

NETWORK = (
    LayerFacts("0", "Conv2d", "Conv 1 → 16, 3×3", (16, 28, 28), (("0", 160),), False),
    LayerFacts("1", "BatchNorm2d", "BatchNorm2d", (16, 14, 14), (("1", 32),), True),
    LayerFacts("2", "Dropout", "Dropout 0.5", (8, 7, 7), (), True),
    LayerFacts("3", "Flatten", "Flatten", (392,), (), False),
    LayerFacts("4", "Linear", "Linear 392 → 10", (10,), (("4", 3930),), False),
)
SHAPES = ("16 × 28 × 28", "16 × 14 × 14", "8 × 7 × 7", "392", "10")


@pytest.fixture
def diagram(qtbot: QtBot, theme: Theme) -> NetworkDiagram:
    diagram = NetworkDiagram(theme)
    qtbot.addWidget(diagram)
    diagram.resize(520, 260)
    return diagram


def blocks(painting: Painting) -> list[tuple[Shape, list[str]]]:
    """Return the frames of the blocks, in reading order, with the texts in them."""
    frames = [s for s in painting.shapes if s.fill and 100 < s.box.width() < 200]
    frames.sort(key=lambda shape: (round(shape.box.top()), shape.box.left()))
    return [(frame, [t.text for t in painting.texts_in(frame.box)]) for frame in frames]


@pytest.mark.parametrize("training", [False, True])
def test_each_block_has_the_figures_of_its_layer(diagram: NetworkDiagram, training: bool) -> None:
    diagram.show_network(NETWORK, ("0",), training=training)
    found = blocks(painted(diagram))
    assert len(found) == len(NETWORK)
    mode = "train" if training else "eval"
    weights = ("160 frozen", "32 weights", f"{mode} mode", "", "3,930 weights")
    for (_, texts), layer, shape, last in zip(found, NETWORK, SHAPES, weights, strict=True):
        assert texts[0] == layer.short
        assert shape in texts
        assert not last or last in texts
    assert mode in found[1][1]


def test_a_frozen_layer_has_a_frame_of_its_own(diagram: NetworkDiagram, theme: Theme) -> None:
    diagram.show_network(NETWORK, ("0",), training=False)
    lines = [frame.line for frame, _ in blocks(painted(diagram))]
    tokens = ("train", "border", "border", "border", "border")
    assert lines == [theme.color(token).name() for token in tokens]
