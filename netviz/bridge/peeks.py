"""A preview of own pictures, read in a thread so that the window never waits for a disk."""

import contextlib
import threading

from PySide6.QtCore import QObject, Signal

from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.peek import peek_own
from netviz.engine.errors import DataError, NetvizError


class Peeker(QObject):
    """Looks at own pictures in threads of its own; of several looks only the newest counts.

    The threads touch neither torch nor widgets, and are daemons: a closing window does not
    wait for them.

    Signals
    -------
    looked
        Name of the data set, the `OwnForm` and the `OwnPeek`.
    failed
        Name of the data set and the `NetvizError` why it is refused.
    """

    looked = Signal(str, object, object)
    failed = Signal(str, object)
    _ended = Signal(int, str, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._ended.connect(self._on_self_ended)

    def look(self, name: str, form: OwnForm) -> None:
        """Look at ``folder:PATH`` or ``csv:FILE``; an earlier look is forgotten."""
        self._number += 1
        arguments = (self._number, name, form)
        threading.Thread(target=self._look, args=arguments, daemon=True).start()

    def cancel(self) -> None:
        """Forget the look under way."""
        self._number += 1

    def _look(self, number: int, name: str, form: OwnForm) -> None:
        result: object
        try:
            result = peek_own(name, form)
        except NetvizError as error:
            result = error
        except Exception as error:  # noqa: BLE001 - whatever a file may do, the window is told
            result = DataError(f"{name} cannot be read: {error}.", "Choose other pictures.")
        with contextlib.suppress(RuntimeError):  # the window may be gone by now
            self._ended.emit(number, name, form, result)

    def _on_self_ended(self, number: int, name: str, form: object, result: object) -> None:
        if number != self._number:
            return
        if isinstance(result, NetvizError):
            self.failed.emit(name, result)
        else:
            self.looked.emit(name, form, result)
