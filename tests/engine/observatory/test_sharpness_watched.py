"""The sharpness is measured of each moment at rest, and refused where it cannot be."""

from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.sharpness import Sharpness
from tests.engine.rates.test_sharpness import NOT_TWICE
from tests.support import Driven, losses, only

pytestmark = pytest.mark.usefixtures("few_digits")

WATCH = commands.Watch(frozenset({Sharpness}))


def test_each_step_at_rest_adds_to_what_was_measured(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(WATCH, commands.Step())
    (found,) = only(driven.do(commands.Step()), Sharpness)
    assert found.steps.tolist()[-2:] == [1, 2]


def test_a_network_that_cannot_be_differentiated_twice_is_refused_and_trains_on(
    config: RunConfig, tmp_path: Path
) -> None:
    file = tmp_path / "once.py"
    file.write_text(NOT_TWICE)
    config = config.with_changes({"model": f"{file}:Network", "epochs": 1})
    plain, driven = Driven(config), Driven(config)
    plain.do(commands.Start())
    told = driven.do(WATCH)
    (refused,) = only(told, events.Refused)
    assert "cannot be differentiated twice" in refused.message
    assert "not affected" in refused.hint
    driven.do(commands.Start())
    assert losses(driven.events) == losses(plain.events)
