"""What a reset prepares: the same run, with what was changed since and what is wished now."""

from pathlib import Path

import pytest

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.session.run_preparer import RunPreparer
from netviz.engine.session.start_points import StartPoint

HERE, THERE = Path("here"), Path("there")


def preparer_of(config: RunConfig) -> RunPreparer:
    """One that has been asked for a run, and has yet to prepare it."""
    preparer = RunPreparer(lambda _: None)
    preparer.prepare(commands.Prepare(config, HERE), StartPoint())
    return preparer


def test_there_is_nothing_to_reset_at_first() -> None:
    with pytest.raises(ConfigError, match="no run to reset"):
        RunPreparer(lambda _: None).reset(commands.Reset(), None)


def test_the_data_are_looked_for_where_they_were_unless_another_place_is_named(
    config: RunConfig,
) -> None:
    preparer = preparer_of(config)
    assert preparer.reset(commands.Reset(), None) == commands.Prepare(config, HERE)
    wished = preparer.reset(commands.Reset({"seed": 4}, THERE), None)
    assert wished == commands.Prepare(config.with_changes({"seed": 4}), THERE)


def test_what_is_given_up_is_prepared_no_more(config: RunConfig) -> None:
    preparer = preparer_of(config)
    assert preparer.is_preparing
    preparer.give_up()
    assert not preparer.is_preparing
