"""A start of NetViz beside another one, as a process of its own, in which a person answers.

Called with what the person clicks when asked (``that``, ``new`` or ``escape``; ``nothing`` where no
question is expected), then the arguments of `netviz`. A window that opens closes again when its run
is ready, or the run that was named is open. What happened is printed, a word a line.
"""

import sys
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest

from netviz.cli import app as command_line
from netviz.ui import app, second_start
from netviz.ui.dialogs.already_open_dialog import AlreadyOpenDialog


def answering(answer: str) -> type[AlreadyOpenDialog]:
    """Return the question, and a hand that answers as soon as it is shown."""

    class Answered(AlreadyOpenDialog):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            QTimer.singleShot(0, self, self.answer)

        def answer(self) -> None:
            sys.stdout.write(f"asked: {self.that_button.text()}\n")
            buttons = {"that": self.that_button, "new": self.new_button}
            if answer in buttons:
                QTest.mouseClick(buttons[answer], Qt.MouseButton.LeftButton)
            elif answer == "escape":
                QTest.keyClick(self, Qt.Key.Key_Escape)
            else:
                self.reject()

    return Answered


def main(answer: str, *arguments: str) -> int:
    """Start NetViz; return its exit status."""
    build = app.build_window

    def build_and_close(*given: Any) -> Any:
        window, views = build(*given)
        sys.stdout.write("window\n")
        closing, run = QObject(window), given[1].run

        def close(event: object) -> None:
            if run:
                sys.stdout.write(f"opened {window.windowTitle()}\n")
            QTimer.singleShot(0, closing, window.close)

        (window.controller.opened if run else window.controller.prepared).connect(close)
        return window, views

    app.build_window = build_and_close
    second_start.AlreadyOpenDialog = answering(answer)
    return command_line.run([*arguments, "--size", "1280x720"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
