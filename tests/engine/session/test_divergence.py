"""A learning rate that is far too large: it goes on, or it is explained and mended."""

import numpy as np
import pytest

from netviz.engine.options.run_config import LOSSES, OPTIMIZERS, RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import State
from tests.support import Driven, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


@pytest.mark.parametrize("rate", [10.0, 1000.0])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_hopeless_rate_goes_on_or_is_explained_and_mended(
    optimizer: str, loss: str, rate: float
) -> None:
    config = RunConfig.parse(
        {
            "hidden": (16,),
            "epochs": 3,
            "device": "cpu",
            "threads": 1,
            "optimizer": optimizer,
            "loss": loss,
            "learning_rate": rate,
        }
    )
    driven = Driven(config)
    told = driven.do(commands.Start())
    rises = 0
    while driven.state is State.FAILED:
        failed = only(told, events.Failed)[-1]
        assert "The loss became" in failed.message
        assert failed.hint.count(".") >= 1
        assert "probably too large" in failed.hint
        assert failed.remedy == {"learning_rate": pytest.approx(rate / 3)}
        assert failed.rewind_step is not None
        told = driven.do(commands.Rewind(failed.remedy))
        rewound = only(told, events.Rewound)[0]
        assert rewound.step == failed.rewind_step
        rate /= 3
        assert only(told, events.Changed)[-1].config.learning_rate == pytest.approx(rate)
        told = driven.do(commands.Start())
        rises += 1
        assert rises < 20, "a third of the rate, again and again, must end well"
    assert driven.state is State.FINISHED
    assert np.isfinite(list(losses(driven.events).values())).all()
    assert driven.step == 60
