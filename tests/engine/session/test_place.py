"""Where in its epochs a run is told to be, after whatever has been asked of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import Place
from tests.support import Driven

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

WISHES = st.one_of(
    st.just(commands.Step()),
    st.just(commands.RunEpoch()),
    st.just(commands.Stop()),
    st.just(commands.Rewind({})),
    st.builds(lambda epochs: commands.Change({"epochs": epochs}), st.integers(1, 4)),
    st.builds(lambda size: commands.Change({"batch_size": size}), st.integers(1, 300)),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WISHES, max_size=8))
def test_the_place_that_is_told_is_the_place_of_the_run(wishes: list[commands.Command]) -> None:
    driven = Driven(RunConfig(hidden=(), epochs=2, batch_size=40, device="cpu", threads=1))
    for wish in wishes:
        told = driven.do(wish)
        run = driven.session.run
        assert run is not None
        kinds = (events.StateChanged, events.Changed, events.Prepared, events.Progress)
        last = [event for event in told if isinstance(event, kinds)]
        if not last:
            continue
        event = last[-1]
        place = (
            Place(event.epoch, event.batch, event.batches)
            if isinstance(event, events.Progress)
            else event.place
        )
        assert place is not None
        assert place.completed == run.trainer.epoch
        assert place.batches == run.trainer.batches_per_epoch()
        assert 0 <= place.batch <= place.batches
        assert (place.epoch == 0) == (run.trainer.step == 0)
