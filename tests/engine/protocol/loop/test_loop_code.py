"""The loop's lines follow the settings of the run."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.loop.loop_code import Does, lit_in_turn, loop_code

USUAL = [
    "for images, labels in loader:",
    "    optimizer.zero_grad()",
    "    logits = model(images)",
    "    loss = loss_function(logits, labels)",
    "    loss.backward()",
    "    optimizer.step()",
]


def test_the_usual_loop_is_that_of_the_tutorials() -> None:
    lines = [line.text for line in loop_code(RunConfig())]
    assert lines[: len(USUAL)] == USUAL
    assert {"model.eval()", "with torch.no_grad():"} <= set(lines)


@pytest.mark.parametrize(
    ("changes", "does", "text"),
    [
        ({"clip_norm": 0.5}, Does.CLIP, "clip_grad_norm_"),
        ({"schedule": "cosine"}, Does.RATE, "rate_factor"),
        ({"augment_noise": 0.1}, Does.AUGMENT, "augment(images)"),
        ({"accumulate": 4}, Does.AVERAGE, "parameter.grad /= summed"),
    ],
)
def test_a_setting_that_is_on_has_its_line(
    changes: dict[str, object], does: Does, text: str
) -> None:
    assert does not in lit_in_turn(RunConfig())
    config = RunConfig().with_changes(changes)
    assert does in lit_in_turn(config)
    assert any(text in line.text for line in loop_code(config))


def test_the_lines_are_python() -> None:
    config = RunConfig().with_changes(
        {"clip_norm": 0.5, "schedule": "step", "augment_flip": True, "accumulate": 2}
    )
    code = "\n".join(line.text for line in loop_code(config)).replace("…", "...")
    compile(code, "loop", "exec")
