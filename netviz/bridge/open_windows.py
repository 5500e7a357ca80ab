"""The windows of this user that are open on this screen, found by one another.

Each listens on a local socket of the user's own, in a numbered place. A program that is started
asks the places in turn whether a window is there. A socket that a crashed process left answers to
nobody, so its place is free.
"""

import getpass
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from netviz.paths import state_dir

PLACES = 8
"""As many windows are found; a user with more of them open is not asked about the others."""

_CONNECT_MS, _ANSWER_MS = 300, 1500
_LONGEST_BYTES = 64 * 1024


@dataclass(frozen=True)
class OpenWindow:
    """A window of another process.

    Attributes
    ----------
    address
        Where it listens.
    title
        What its title says.
    """

    address: str
    title: str

    def bring_forward(self, run: Path | None = None) -> bool:
        """Ask it to come forward, and to open a run; return whether it answered."""
        request: dict[str, Any] = {"do": "show"}
        if run:
            request["run"] = str(run.absolute())
        return _ask(self.address, request) is not None


def open_window() -> OpenWindow | None:
    """Return a window that is open on this screen and answers; None where there is none."""
    for place in range(PLACES):
        answer = _ask(_address(place), {"do": "tell"})
        if answer is not None:
            return OpenWindow(_address(place), str(answer.get("title", "")))
    return None


class WindowListener(QObject):
    """Answers to other processes for the window of this one.

    Signals
    -------
    shown
        The window shall come forward; carries the folder (``Path``) of a run to open, or None.
    """

    shown = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = ""
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_server_new_connection)
        self._sockets: dict[QLocalSocket, bytes] = {}

    def listen(self) -> bool:
        """Take the first free place; return whether there was one."""
        for place in range(PLACES):
            address = _address(place)
            if _answers(address):
                continue
            QLocalServer.removeServer(address)  # of a process that crashed
            if self._server.listen(address):
                return True
        return False

    def close(self) -> None:
        """Listen no longer; the place is free."""
        self._server.close()

    def _on_server_new_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._sockets[socket] = b""
            socket.readyRead.connect(self._on_socket_ready_read)
            socket.disconnected.connect(self._on_socket_disconnected)
            self._read(socket)

    def _on_socket_ready_read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _on_socket_disconnected(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._sockets.pop(socket, None)
            socket.deleteLater()

    def _read(self, socket: QLocalSocket) -> None:
        received = self._sockets.get(socket, b"") + bytes(socket.readAll().data())
        self._sockets[socket] = received
        if len(received) > _LONGEST_BYTES:
            socket.abort()
        elif received.endswith(b"\n"):
            self._sockets[socket] = b""
            self._answer(socket, _read_line(received))

    def _answer(self, socket: QLocalSocket, request: Mapping[str, Any] | None) -> None:
        if request is None:
            socket.abort()
            return
        socket.write(_line({"title": self.title}))
        socket.flush()
        if request.get("do") == "show":
            run = request.get("run")
            self.shown.emit(Path(run) if isinstance(run, str) and run else None)


def _address(place: int) -> str:
    """Name a place: of this user, of this home, on this screen."""
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or ""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may have no name for its user
        user = ""
    whose = "\n".join((user, str(state_dir()), screen))
    # Short, since the path of a socket may have 108 letters.
    return f"netviz-{sha256(whose.encode()).hexdigest()[:16]}-{place}"


def _answers(address: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(address)
    return bool(socket.waitForConnected(_CONNECT_MS))


def _ask(address: str, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Send a request and return the answer; None where nobody answers in time."""
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_CONNECT_MS):
        return None
    socket.write(_line(request))
    received = b""
    while not received.endswith(b"\n"):
        if len(received) > _LONGEST_BYTES or not socket.waitForReadyRead(_ANSWER_MS):
            return None
        received += bytes(socket.readAll().data())
    return _read_line(received)


def _line(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _read_line(line: bytes) -> Mapping[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
