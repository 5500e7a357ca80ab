"""Widgets: they draw what they are given and emit what the user did."""

import builtins
import sys

import PySide6.QtCore  # noqa: F401 - puts an import of its own in the place of Python's

# PySide6's import reads the source text of every module that is imported from here on, torch's
# too, and keeps it, only to know whether `from __feature__ import ...` was meant for it. NetViz
# does without that, starts a tenth of a second earlier and is 45 MB smaller.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)

# pyqtgraph imports the CUDA bindings that torch brings, for a widget that NetViz does not use. They
# take a twentieth of the start; for this one import they are not there.
if "cuda.bindings" not in sys.modules:
    sys.modules["cuda.bindings"] = None  # type: ignore[assignment]
    import pyqtgraph  # noqa: F401

    del sys.modules["cuda.bindings"]
