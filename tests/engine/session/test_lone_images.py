"""A batch of one image that the network cannot learn from: said before it is trained."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.support import Driven, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

LAYERS = {"model": "layers", "layers": ("flatten", "linear 8", "batchnorm", "relu")}


def test_training_is_refused_and_the_remedy_trains_to_the_end(config: RunConfig) -> None:
    driven = Driven(config.with_changes({**LAYERS, "batch_size": 199}))
    (refused,) = only(driven.do(commands.Start()), events.Refused)
    assert "the last batch of 200 images has one image only" in refused.message
    assert "batch normalisation" in refused.message
    assert refused.hint == "Batch sizes that work here: 200, 198, 201."
    assert (driven.state, driven.step) == (State.IDLE, 0)

    told = driven.do(commands.Change(refused.remedy), commands.Start())
    assert not only(told, events.Failed)
    assert driven.state is State.FINISHED


@pytest.mark.parametrize("change", [{"batch_size": 3}, {"batch_size": 1}, {"frozen": ()}])
def test_a_change_that_would_fail_is_refused_and_training_goes_on(
    change: dict[str, object], config: RunConfig
) -> None:
    sizes = {"batch_size": 1, "frozen": ("2",)} if "frozen" in change else {"batch_size": 10}
    driven = Driven(config.with_changes({**LAYERS, **sizes}))
    told = driven.do(commands.Start(), answer=when_step(1, commands.Change(change, 7)))
    (refused,) = only(told, events.Refused)
    assert refused.request == 7
    assert refused.remedy
    assert not only(told, events.Failed)
    assert driven.state is State.FINISHED
