"""Looks at own pictures: of several only the last one counts."""

import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge import peeks
from netviz.bridge.peeks import Peeker
from netviz.engine.errors import DataError


class Gate:
    """Lets each look end when the test says so."""

    def __init__(self) -> None:
        self.opened = {name: threading.Event() for name in ("folder:first", "folder:second")}
        self.ended = {name: threading.Event() for name in self.opened}

    def look(self, name: str, form: Any) -> str:
        self.opened[name].wait(30)
        self.ended[name].set()
        return f"what {name} holds"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr(peeks, "peek_own", gate.look)
    return gate


def test_an_earlier_look_that_ends_late_is_forgotten(qtbot: QtBot, gate: Gate) -> None:
    source, told = Peeker(), []
    source.looked.connect(lambda *what: told.append(what))
    source.look("folder:first", "form")
    source.look("folder:second", "other form")
    gate.opened["folder:first"].set()
    assert gate.ended["folder:first"].wait(30)
    gate.opened["folder:second"].set()
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    assert told == [("folder:second", "other form", "what folder:second holds")]


def test_a_look_that_was_cancelled_tells_nothing(qtbot: QtBot, gate: Gate) -> None:
    source, told = Peeker(), []
    source.looked.connect(lambda *what: told.append(what))
    source.look("folder:first", "form")
    source.cancel()
    gate.opened["folder:first"].set()
    source.look("folder:second", "form")
    gate.opened["folder:second"].set()
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    assert [name for name, *_ in told] == ["folder:second"]


@pytest.mark.parametrize("error", [DataError("No pictures.", "Choose others."), OSError("gone")])
def test_what_cannot_be_read_is_told_with_a_hint(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(name: str, form: Any) -> None:
        raise error

    monkeypatch.setattr(peeks, "peek_own", fail)
    source = Peeker()
    with qtbot.waitSignal(source.failed, timeout=30_000) as failed:
        source.look("folder:first", "form")
    name, told = failed.args
    assert name == "folder:first"
    assert isinstance(told, DataError)
    assert told.hint
