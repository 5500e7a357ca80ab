"""What stands beside a line of the loop: the values that it computed; free of Qt."""

from typing import NamedTuple

from netviz.engine.protocol.loop.loop_code import Does
from netviz.engine.protocol.loop.step_traced import StepTraced
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import loss_text, norm_text, percent_text, rate_text

_LABELS = 4


class Piece(NamedTuple):
    """A part of a text; a figure is written stronger than the words around it."""

    text: str
    is_figure: bool = False


class Beside(NamedTuple):
    """What stands beside a line: its values, and what it was in the step before."""

    pieces: tuple[Piece, ...]
    last: str = ""


def plain(pieces: tuple[Piece, ...]) -> str:
    """Return the text of some pieces."""
    return "".join(piece.text for piece in pieces)


def values_of(does: Does, traced: StepTraced, before: StepTraced | None) -> Beside:
    """Return the values of a line of the step `traced`; `before` is the step before it."""
    pieces = _PIECES.get(does, _nothing)(traced)
    last = _LAST.get(does)
    return Beside(tuple(pieces), f"last step {last(before)}" if before and last else "")


def test_values(measurement: Measurement) -> dict[Does, Beside]:
    """Return the values of the evaluation's lines."""
    loss = (
        Piece("test loss "),
        Piece(loss_text(measurement.test_loss), True),
        Piece("   accuracy "),
        Piece(percent_text(measurement.test_accuracy), True),
        Piece(f"   epoch {measurement.epoch:,}"),
    )
    return {Does.TEST_LOSS: Beside(loss)}


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as torch does: ``[64, 10]``."""
    return f"[{', '.join(map(str, shape))}]"


def _nothing(_: StepTraced) -> list[Piece]:
    return []


def _batch(traced: StepTraced) -> list[Piece]:
    count = traced.batch_shape[0]
    labels = " ".join(map(str, traced.labels[:_LABELS].tolist()))
    more = " …" if count > _LABELS else ""
    return [
        Piece("images "),
        Piece(shape_text(traced.batch_shape), True),
        Piece("   labels "),
        Piece(f"[{count}]", True),
        Piece(f" = {labels}{more}"),
    ]


def _rate(traced: StepTraced) -> list[Piece]:
    base = rate_text(traced.config.learning_rate)
    return [
        Piece(f"{base} · {rate_text(traced.rate_factor)} = "),
        Piece(rate_text(traced.learning_rate), True),
    ]


def _augment(traced: StepTraced) -> list[Piece]:
    return [Piece("each image changed at random")]


def _zero(traced: StepTraced) -> list[Piece]:
    if traced.norm_before is None:
        return [Piece("no gradient is left")]
    return [
        Piece("gradient norm "),
        Piece(norm_text(traced.norm_before), True),
        Piece(" → none"),
    ]


def _forward(traced: StepTraced) -> list[Piece]:
    count = traced.batch_shape[0]
    return [
        Piece("logits "),
        Piece(shape_text(traced.logits_shape), True),
        Piece(f"   {traced.correct:,} of {count:,} right"),
    ]


def _loss(traced: StepTraced) -> list[Piece]:
    losses = [loss_text(float(loss)) for loss in traced.image_losses[:3]]
    more = " + …" if len(traced.image_losses) > 3 else ""
    of = f"   ({' + '.join(losses)}{more}) ÷ {len(traced.image_losses)}"
    return [Piece("loss "), Piece(loss_text(traced.loss), True), Piece(of)]


def _backward(traced: StepTraced) -> list[Piece]:
    count = sum(layer.gradient_norm is not None for layer in traced.layers)
    plural = "" if count == 1 else "s"
    return [
        Piece("gradient norm "),
        Piece(norm_text(traced.gradient_norm), True),
        Piece(f"   in {count} layer{plural}"),
    ]


def _count(traced: StepTraced) -> list[Piece]:
    wanted = traced.config.accumulate
    then = "the weights move now" if traced.updates else "the weights wait"
    return [Piece("summed "), Piece(f"{traced.summed} of {wanted}", True), Piece(f"   {then}")]


def _average(traced: StepTraced) -> list[Piece]:
    update = traced.update
    return [
        Piece("gradient norm "),
        Piece(norm_text(update.gradient_norm), True),
        Piece(f"   the mean of {update.batches}"),
    ]


def _clip(traced: StepTraced) -> list[Piece]:
    update = traced.update
    if update.clip_factor == 1:
        return [Piece(f"not longer than {update.clip_norm:g}: stays as it is")]
    clipped = update.gradient_norm * update.clip_factor
    return [
        Piece(f"gradient norm {norm_text(update.gradient_norm)} → "),
        Piece(norm_text(clipped), True),
    ]


def _step(traced: StepTraced) -> list[Piece]:
    update = traced.update
    return [
        Piece("largest change "),
        Piece(norm_text(update.largest_change), True),
        Piece(f"   of {update.changed.text}"),
    ]


_PIECES = {
    Does.BATCH: _batch,
    Does.RATE: _rate,
    Does.AUGMENT: _augment,
    Does.ZERO: _zero,
    Does.FORWARD: _forward,
    Does.LOSS: _loss,
    Does.BACKWARD: _backward,
    Does.COUNT: _count,
    Does.AVERAGE: _average,
    Does.CLIP: _clip,
    Does.STEP: _step,
}
_LAST = {
    Does.FORWARD: lambda before: f"{before.correct:,} of {before.batch_shape[0]:,}",
    Does.LOSS: lambda before: loss_text(before.loss),
    Does.BACKWARD: lambda before: norm_text(before.gradient_norm),
    Does.STEP: lambda before: norm_text(before.update.largest_change),
}
QUESTIONS = {
    Does.BATCH: "Which images come next?",
    Does.RATE: "How far may this step go?",
    Does.AUGMENT: "What if they looked a little different?",
    Does.ZERO: "Forget the gradient of the step before.",
    Does.FORWARD: "What does the network say to each image?",
    Does.LOSS: "How wrong is it, in one number?",
    Does.BACKWARD: "How much does each weight change the loss?",
    Does.COUNT: "How many batches have added their gradients?",
    Does.AVERAGE: "The mean of the gradients that were summed.",
    Does.CLIP: "Is the gradient too long?",
    Does.STEP: "Move each weight a little against its gradient.",
}
"""What each line is about, in a sentence."""
