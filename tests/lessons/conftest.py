"""What playing a lesson stands on: torch on one thread, and a small piece of the real digits."""

from tests.engine.conftest import few_digits, one_thread

__all__ = ["few_digits", "one_thread"]
