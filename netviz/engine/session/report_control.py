"""`ReportControl`: writes a run's report bit by bit, while the run stays as it is."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from time import perf_counter

import torch
from torch import Tensor

from netviz.engine.atomic_files import write_files_whole
from netviz.engine.export.report.gathering import Surroundings, gather
from netviz.engine.export.report.page import write_report
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.session.run_control import RunControl
from netviz.engine.training.memory_errors import evaluation_explained
from netviz.engine.training.random_state import RandomState
from netviz.engine.training.trainer import EVALUATION_CHUNK

TOLD_EVERY_S = 0.1
"""Time between two reports of how far it is."""

_PAGE_SHARE = 0.1
"""Part of the way that putting the page together is taken for."""


class ReportControl:
    """Exports the run at hand; where that is a report, `advance` writes it bit by bit.

    A report is that of one moment: no batch is trained between its parts, and commands are
    handled. It belongs to the run for which it was asked, also if another one takes its place.

    Parameters
    ----------
    emit
        Takes each `Exporting`, and `Exported` or `Refused` at the end.
    observatory
        Knows what the network says to the test images, where they were evaluated.
    control
        Knows the run at hand, and exports what is no report.
    """

    def __init__(
        self, emit: Callable[[Event], None], observatory: Observatory, control: RunControl
    ) -> None:
        self._emit, self._observatory, self._control = emit, observatory, control
        self._work: deque[Iterator[None]] = deque()
        self._told_at = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a report is being written; `advance` continues it."""
        return bool(self._work)

    def export(self, command: commands.Export) -> None:
        """Write the run in another form, or begin to."""
        if command.kind is not ExportKind.REPORT:
            self._control.export(command)
            return
        run = self._control.ready_run()
        self._control.report()
        self._work.append(self._write(run, command))

    def advance(self) -> float:
        """Write a little more; return how many seconds that took."""
        began = perf_counter()
        try:
            next(self._work[0])
        except StopIteration:
            self._work.popleft()
        except Exception as error:  # noqa: BLE001 - the run itself is well
            self._work.popleft()
            self._tell(1.0)
            self._emit(reports.refused(self._control.number, error))
        return perf_counter() - began

    def _write(self, run: Run, command: commands.Export) -> Iterator[None]:
        self._told_at = perf_counter()
        around, silence = self._around(run, command), ""
        logits: Tensor | None = None
        while True:
            step = run.trainer.step
            try:
                logits = yield from self._logits(run)
            except Exception as error:  # noqa: BLE001 - a network of the user's own may raise any
                silence = f"The test images cannot be shown to it: {_said(error)}"
            if self._control.run is run:
                around = self._around(run, command)
            if run.trainer.step == step:
                break
        page = yield from write_report(gather(run, around, logits, silence))
        self._tell_now_and_then(1 - _PAGE_SHARE / 2)
        yield
        path = command.path
        content = page.encode("utf-8", "replace")
        write_files_whole(path.absolute().parent, {path.name: content})
        self._tell(1.0)
        self._emit(events.Exported(self._control.number, command.kind, path))

    def _around(self, run: Run, command: commands.Export) -> Surroundings:
        """Return what there is to tell of the run at hand that it does not know itself."""
        control = self._control
        described, kept = control.described, control.at_rest(RandomState.now())
        assert described is not None
        assert kept is not None
        left = control.left
        return Surroundings(
            described,
            replace(kept.told(), origin=left.origin),
            left.told(),
            left.origins,
            left.racing,
            control.state,
            control.folder,
            command.predictions,
        )

    def _logits(self, run: Run) -> Generator[None, None, Tensor]:
        """Return the logits of all test images, ``[N, classes]``; those known cost nothing."""
        trainer, data = run.trainer, run.trainer.data
        known = self._observatory.known[-1] if self._control.run is run else None
        if known is not None and known.step == trainer.step:
            return known.logits
        count, parts = len(data.test_labels), []
        for start in range(0, count, EVALUATION_CHUNK):
            part = slice(start, start + EVALUATION_CHUNK)
            with evaluation_explained(EVALUATION_CHUNK):
                found = yield from trainer.evaluate(data.test_images[part], data.test_labels[part])
            parts.append(found.logits.cpu())
            self._tell_now_and_then((1 - _PAGE_SHARE) * min(1.0, part.stop / count))
        return torch.cat(parts)

    def _tell_now_and_then(self, done: float) -> None:
        if perf_counter() - self._told_at >= TOLD_EVERY_S:
            self._tell(done)

    def _tell(self, done: float) -> None:
        self._told_at = perf_counter()
        self._emit(events.Exporting(self._control.number, ExportKind.REPORT, done))


def _said(error: Exception) -> str:
    return reports.refused(0, error).message
