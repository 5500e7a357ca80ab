"""Networks in words: what is worked out without torch is what torch makes."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from netviz.engine.errors import ModelError
from netviz.engine.network.layer_plan import (
    KINDS,
    LENET5,
    SMALL_CNN,
    check_plan,
    layer_texts,
    parse_layer,
    plan,
    with_output,
)
from netviz.engine.network.modules import build_layers
from netviz.engine.options.run_config import RunConfig

PRESETS: dict[str, tuple[str, ...]] = {
    "784-64-64-64-10": layer_texts(RunConfig()),
    "784-512-512-10": layer_texts(RunConfig(hidden=(512, 512))),
    "784-128-64-10": layer_texts(RunConfig(hidden=(128, 64))),
    "784-10": layer_texts(RunConfig(hidden=())),
    "small CNN": SMALL_CNN,
    "LeNet-5": LENET5,
}
KNOWN_COUNTS = {"784-64-64-64-10": 59_210, "784-10": 7_850, "LeNet-5": 61_706}


def assert_is_torchs_own(texts: tuple[str, ...], shape: tuple[int, int, int], classes: int) -> None:
    planned = plan(texts, shape, classes)
    with torch.random.fork_rng():
        model = build_layers(texts, shape, classes).eval()
    assert len(model) == len(planned)
    images = torch.zeros(2, *shape)
    for layer, module in zip(planned, model, strict=True):
        images = module(images)
        assert tuple(images.shape[1:]) == layer.output, layer.text
        assert sum(p.numel() for p in module.parameters()) == layer.parameters, layer.text
        assert layer.problem == ""


@pytest.mark.parametrize("name", PRESETS)
def test_the_courses_networks_are_torchs_own(name: str) -> None:
    assert_is_torchs_own(PRESETS[name], (1, 28, 28), 10)
    if name in KNOWN_COUNTS:
        total = sum(layer.parameters for layer in plan(PRESETS[name], (1, 28, 28), 10))
        assert total == KNOWN_COUNTS[name]


def numbers(kind: str) -> st.SearchStrategy[str]:
    match kind:
        case "linear":
            return st.integers(1, 20).map(str)
        case "conv":
            small = st.integers(1, 4)
            return st.tuples(small, st.integers(1, 7), small, st.integers(0, 3)).flatmap(
                lambda all_: st.integers(2, 4).map(lambda count: " ".join(map(str, all_[:count])))
            )
        case "maxpool" | "avgpool":
            return st.sampled_from(["", "1", "2", "3"])
        case "dropout":
            return st.sampled_from(["", "0", "0.25", "0.9"])
    return st.just("")


layers = st.sampled_from(list(KINDS)).flatmap(
    lambda kind: numbers(kind).map(lambda text: f"{kind} {text}".strip())
)


@settings(max_examples=150)
@given(
    st.lists(layers, max_size=8).map(tuple),
    st.tuples(st.integers(1, 3), st.integers(1, 30), st.integers(1, 30)),
    st.integers(2, 12),
)
def test_any_stack_is_torchs_own_or_refused_at_its_layer(
    texts: tuple[str, ...], shape: tuple[int, int, int], classes: int
) -> None:
    planned = plan(texts, shape, classes)
    bad = [number for number, layer in enumerate(planned, 1) if layer.problem]
    if not bad:
        assert_is_torchs_own(texts, shape, classes)
        return
    assert len(bad) == 1
    assert all(layer.output is None for layer in planned[bad[0] - 1 :])
    with pytest.raises(ModelError, match=rf"Layer {bad[0]} "):
        build_layers(texts, shape, classes)
    # And torch would not have it either.
    assert_torch_refuses(with_output(texts, classes, shape), bad[0], planned, shape)


def assert_torch_refuses(texts: Any, number: int, planned: Any, shape: Any) -> None:
    before = planned[number - 2].output if number > 1 else shape
    layer = parse_layer(texts[number - 1])
    images = torch.zeros(2, *before)
    if layer.kind == "linear":
        assert len(before) == 3  # torch would take rows of pixels, which nobody means
        return
    if layer.kind == "conv":
        whole = layer.whole
        module: nn.Module = nn.Conv2d(before[0], whole(0), whole(1), whole(2), whole(3))
    else:
        module = nn.MaxPool2d(layer.whole(0))
    if len(before) == 3:
        with pytest.raises(RuntimeError):
            module(images)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("linear 5",), r"Layer 1 \(linear 5\): its input is 1 × 28 × 28, not a row; put flatten"),
        (("flatten", "conv 3 3"), r"Layer 2 .*a row of numbers, no longer an image"),
        (("maxpool 4", "maxpool 8"), r"Layer 2 .*window of 8×8 is larger than 1 × 7 × 7"),
        (("conv 3",), r"Layer 1 .*conv is written with CHANNELS KERNEL STRIDE PADDING"),
        (("dropout 1",), r"the fraction must be at least 0 and below 1"),
        (("conv 0 3",), r"channels must be a whole number from 1 to 65,536"),
        (("softmax",), r"softmax is no layer\. Known: linear, conv"),
        (("relu 3",), r"relu is written with no number"),
        (("conv 1.5 3",), r"channels must be a whole number"),
        (("flatten", "linear 65536", "linear 65536"), r"has 4,\d{3},\d{3},\d{3} parameters"),
    ],
)
def test_what_is_impossible_is_said_at_its_layer(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        check_plan(texts, (1, 28, 28), 10)


def test_a_flatten_is_added_where_the_image_was_never_flattened() -> None:
    assert with_output(("conv 2 3",), 5, (1, 8, 8)) == ("conv 2 3", "flatten", "linear 5")
    assert with_output(("flatten",), 5, (1, 8, 8)) == ("flatten", "linear 5")
