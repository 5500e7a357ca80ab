"""Which step is shown, and up to which of its lines; free of Qt."""

from netviz.engine.protocol.loop.loop_code import Does, lit_in_turn
from netviz.engine.protocol.loop.step_traced import StepTraced


class Progress:
    """Goes through the lines of the next step.

    Attributes
    ----------
    traced
        The step that is shown; None before the first.
    previous
        The step before it, where it was shown.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.traced: StepTraced | None = None
        self.previous: StepTraced | None = None
        self._next: StepTraced | None = None
        self._position = 0

    @property
    def turns(self) -> tuple[Does, ...]:
        """What runs in the step, in this order."""
        return lit_in_turn(self.traced.config, self.traced) if self.traced else ()

    @property
    def position(self) -> int:
        """How many lines of the step have run after its first."""
        return min(self._position, max(0, len(self.turns) - 1))

    @property
    def lit(self) -> Does | None:
        """The line that has just run."""
        return self.turns[self.position] if self.traced else None

    @property
    def done(self) -> frozenset[Does]:
        """All lines that have run, the one that is lit among them."""
        return frozenset(self.turns[: self.position + 1])

    @property
    def is_at_end(self) -> bool:
        """Whether all lines have run."""
        return self.traced is not None and self.position == len(self.turns) - 1

    @property
    def newest(self) -> StepTraced | None:
        """The newest step that is known, whether it is shown already or not."""
        return self._next or self.traced

    @property
    def has_next(self) -> bool:
        """Whether the step after this one is known already."""
        return self._next is not None

    def take(self, traced: StepTraced, *, keeps_end: bool) -> None:
        """Go to the first line of another step; of the same step nothing but its values changes.

        With `keeps_end` a step of which all lines have run stays until `advance`.
        """
        shown = self.traced
        if shown is not None and (shown.run, shown.step) == (traced.run, traced.step):
            self.traced = traced
        elif keeps_end and self.is_at_end:
            self._next = traced
        else:
            self._show(traced)

    def advance(self) -> None:
        """Go on by a line, or to the next step if it is known."""
        if not self.is_at_end:
            self._position = self.position + 1
        elif self._next is not None:
            self._show(self._next)

    def finish(self) -> None:
        """Go to the last line, of the newest step."""
        if self._next is not None:
            self._show(self._next)
        self._position = max(0, len(self.turns) - 1)

    def _show(self, traced: StepTraced) -> None:
        shown = self.traced
        follows = shown is not None and (shown.run, shown.step + 1) == (traced.run, traced.step)
        self.previous = shown if follows else None
        self.traced, self._next, self._position = traced, None, 0
