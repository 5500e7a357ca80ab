"""The training loop as lines of PyTorch, as the settings of a run have it; free of torch."""

from dataclasses import dataclass
from enum import Enum, auto

from netviz.engine.options.option import Section
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.loop.step_traced import StepTraced


class Does(Enum):
    """What a line does; `NOTHING` stands for those that only frame others."""

    NOTHING = auto()
    BATCH = auto()
    RATE = auto()
    AUGMENT = auto()
    ZERO = auto()
    FORWARD = auto()
    LOSS = auto()
    BACKWARD = auto()
    COUNT = auto()
    AVERAGE = auto()
    CLIP = auto()
    STEP = auto()
    MODE = auto()
    NO_GRAD = auto()
    TEST_FORWARD = auto()
    TEST_LOSS = auto()


EVALUATION = frozenset({Does.MODE, Does.NO_GRAD, Does.TEST_FORWARD, Does.TEST_LOSS})
"""What runs at an epoch's end and not with each batch."""
_UPDATE = frozenset({Does.AVERAGE, Does.CLIP, Does.STEP})


@dataclass(frozen=True)
class CodeLine:
    """A line, with its indentation."""

    text: str
    does: Does = Does.NOTHING


def loop_code(config: RunConfig) -> tuple[CodeLine, ...]:
    """Return the loop of a run with these settings, and the evaluation after each epoch.

    A line that the settings make superfluous is left out.
    """
    lines = [CodeLine("for images, labels in loader:", Does.BATCH)]
    if config.schedule != "constant":
        lines.append(CodeLine("    for group in optimizer.param_groups:"))
        lines.append(CodeLine('        group["lr"] = learning_rate * rate_factor(…)', Does.RATE))
    if any(getattr(config, name) for name in _AUGMENTATIONS):
        lines.append(CodeLine("    images = augment(images)", Does.AUGMENT))
    gathers = config.accumulate > 1
    if gathers:
        lines.append(CodeLine("    if summed == 0:"))
    lines.append(CodeLine(f"    {'    ' * gathers}optimizer.zero_grad()", Does.ZERO))
    lines.append(CodeLine("    logits = model(images)", Does.FORWARD))
    lines.append(CodeLine("    loss = loss_function(logits, labels)", Does.LOSS))
    lines.append(CodeLine("    loss.backward()", Does.BACKWARD))
    return (*lines, *_update_code(config), *_EVALUATION_CODE)


def _update_code(config: RunConfig) -> list[CodeLine]:
    gathers = config.accumulate > 1
    lines, inset = [], "    "
    if gathers:
        lines.append(CodeLine("    summed += 1", Does.COUNT))
        lines.append(CodeLine("    if summed >= accumulate or is_last:"))
        lines.append(CodeLine("        for parameter in model.parameters():"))
        lines.append(CodeLine("            parameter.grad /= summed", Does.AVERAGE))
        inset *= 2
    if config.clip_norm:
        clip = "nn.utils.clip_grad_norm_(model.parameters(), clip_norm)"
        lines.append(CodeLine(f"{inset}{clip}", Does.CLIP))
    lines.append(CodeLine(f"{inset}optimizer.step()", Does.STEP))
    if gathers:
        lines.append(CodeLine("        summed = 0"))
    return lines


_EVALUATION_CODE = (
    CodeLine("# after each epoch"),
    CodeLine("model.eval()", Does.MODE),
    CodeLine("with torch.no_grad():", Does.NO_GRAD),
    CodeLine("    logits = model(test_images)", Does.TEST_FORWARD),
    CodeLine("    test_loss = loss_function(logits, test_labels)", Does.TEST_LOSS),
    CodeLine("model.train()"),
)
_AUGMENTATIONS = tuple(
    name for name, option in OPTIONS.items() if option.section is Section.AUGMENTATION
)


def lit_in_turn(config: RunConfig, traced: StepTraced | None = None) -> tuple[Does, ...]:
    """Return what runs one after the other in a step; all that may run, where no step is given."""
    turns = [line.does for line in loop_code(config)]
    turns = [does for does in turns if does is not Does.NOTHING and does not in EVALUATION]
    if traced is None:
        return tuple(turns)
    if not traced.updates:
        turns = [does for does in turns if does not in _UPDATE]
    if traced.summed > 1:
        turns.remove(Does.ZERO)
    return tuple(turns)
