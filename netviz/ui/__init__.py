"""Widgets: they draw what they are given and emit what the user did."""

import builtins

import PySide6.QtCore  # noqa: F401 - puts an import of its own in the place of Python's

# PySide6's import reads the source text of every module that is imported from here on, torch's
# too, and keeps it, only to know whether `from __feature__ import ...` was meant for it. NetViz
# does without that, starts a tenth of a second earlier and is 45 MB smaller.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
