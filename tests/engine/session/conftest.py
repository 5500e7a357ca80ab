"""What several tests of the session use."""

import pytest


@pytest.fixture
def snapshots_at_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a state to go back to after every batch, and not by the clock."""
    monkeypatch.setattr("netviz.engine.run.run.SNAPSHOT_INTERVAL_S", 0.0)
