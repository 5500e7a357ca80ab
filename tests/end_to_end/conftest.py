"""The whole window and the few digits of the other tests, for tests from end to end."""

from tests.engine.conftest import few_digits
from tests.ui.conftest import open_window

__all__ = ["few_digits", "open_window"]
