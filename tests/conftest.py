"""What every test stands on: no screen, no user's files, and nothing left behind."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How fast a machine is says nothing of what is right.
settings.register_profile(
    "netviz", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("netviz")

HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "LOCALAPPDATA": "local",
    "APPDATA": "roaming",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
}
END_GRACE_S = 2
"""A thread that was asked to end gets this long before it counts as left behind."""

kept_for_ever: list[object] = []
"""Threads that would not end, with their owners: Qt aborts when it deletes a running thread."""


def pytest_sessionfinish() -> None:
    """Let what the tests have frozen be taken apart at the end, as it is without them."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of the test's own, so that no test reads or writes the real one."""
    folder = tmp_path_factory.mktemp("home")
    for name, place in HOME_VARIABLES.items():
        monkeypatch.setenv(name, str(folder / place))
    return folder


@pytest.fixture(autouse=True)
def nothing_left_behind(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test that uses Qt and leaves a window, a running timer or a thread behind."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QThread

    app = request.getfixturevalue("qapp")
    windows, threads = app.topLevelWidgets(), threading.enumerate()
    failures = request.session.testsfailed
    started: list[object] = []
    start = QThread.start

    def remember_and_start(thread: QThread, *priority: QThread.Priority) -> None:
        owner = thread
        while owner is not None:  # kept, see above
            started.append(owner)
            owner = owner.parent()
        start(thread, *priority)

    monkeypatch.setattr(QThread, "start", remember_and_start)
    # What is collected and searched below is only what the test made: a window that freezes and
    # unfreezes would have the half a million objects of torch and Qt searched after each test.
    gc.collect()
    gc.freeze()
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "unfreeze", lambda: None)
    yield
    if request.session.testsfailed > failures:
        return  # its traceback keeps everything alive, and it has failed already
    leaks = _running_threads(started, threads)
    started.clear()
    leaks += _left_in_qt(app, windows)
    if leaks:
        pytest.fail("left behind: " + "; ".join(leaks), pytrace=False)


def _running_threads(started: list[object], known: list[threading.Thread]) -> list[str]:
    from PySide6.QtCore import QThread
    from shiboken6 import isValid

    leaks = []
    for thread in started:
        if (
            isinstance(thread, QThread)
            and isValid(thread)
            and not thread.wait(int(END_GRACE_S * 1000))
        ):
            leaks.append(f"running {thread!r}")
            kept_for_ever.extend(started)
    for thread in threading.enumerate():
        if thread not in known and not isinstance(thread, threading._DummyThread):
            thread.join(END_GRACE_S)
            if thread.is_alive():
                leaks.append(f"running {thread!r}")
    return leaks


def _left_in_qt(app: "QApplication", known: "list[QWidget]") -> list[str]:
    from PySide6.QtCore import QEvent, QTimer
    from shiboken6 import isValid

    for _ in range(3):  # what is collected may ask Qt to delete more, and the other way round
        app.processEvents()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    leaks = []
    for window in app.topLevelWidgets():
        # A tool tip is Qt's own, and goes when its time is over.
        if window not in known and window.metaObject().className() != "QTipLabel":
            leaks.append(f"window {window!r}")
            window.close()
            window.deleteLater()
    for thing in gc.get_objects():
        if issubclass(type(thing), QTimer) and isValid(thing) and thing.isActive():
            leaks.append(f"running {thing!r}")
            thing.stop()
    return leaks
