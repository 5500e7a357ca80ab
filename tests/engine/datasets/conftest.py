"""A tiny data set in place of a real one, and a server to fetch it from."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from netviz.engine.catalogue import CATALOGUE
from tests.engine.datasets.mirror_server import MirrorServer
from tests.engine.datasets.tiny import MakeTiny, TinyDataset, make_tiny_dataset


@pytest.fixture
def make_tiny(monkeypatch: pytest.MonkeyPatch) -> MakeTiny:
    """Put a data set of 40 + 20 random images into the catalogue, in the place of a real one."""

    def make(name: str = "mnist", labels: NDArray[np.uint8] | None = None) -> TinyDataset:
        tiny = make_tiny_dataset(name, labels)
        monkeypatch.setitem(CATALOGUE, name, tiny.info)
        return tiny

    return make


@pytest.fixture
def tiny(make_tiny: MakeTiny) -> TinyDataset:
    return make_tiny()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MirrorServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = MirrorServer()
    yield server
    server.close()
