"""The table of runs as a text for a sheet or a report; free of Qt."""

import csv
import math
from collections.abc import Iterable, Sequence
from io import StringIO

from netviz.engine.protocol.run_rows import RunRow
from netviz.engine.protocol.story_markdown import markdown_cell
from netviz.ui.views.runs.run_columns import COLUMNS
from netviz.ui.views.runs.run_comparison import differing_settings

_FIGURES = (
    "steps",
    "seconds",
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
)


def runs_csv(rows: Sequence[RunRow]) -> str:
    """Return a line for each run: what it is called, its figures in full, and its settings.

    Of the settings those in which the runs differ; accuracies are in 0..1, what was not measured
    is empty.
    """
    settings = differing_settings(rows)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    labels = [label for label, *_ in settings]
    writer.writerow(["run", "name", "began_at", "state", *_FIGURES, *labels])
    for place, row in enumerate(rows):
        figures = (getattr(row, key) for key in _FIGURES)
        known = ["" if math.isnan(figure) else figure for figure in figures]
        values = [values[place] for _, *values in settings]
        writer.writerow([row.line, row.name, row.parted, row.state, *known, *values])
    return text.getvalue()


def runs_markdown(rows: Sequence[RunRow]) -> str:
    """Return a table with all columns as they are shown, the run at hand in bold."""
    columns = [column for column in COLUMNS if column.heading]
    lines = [
        _line(column.heading for column in columns),
        _line("---:" if column.is_figure else "---" for column in columns),
    ]
    for row in rows:
        cells = [markdown_cell(column.text(row)) for column in columns]
        if row.is_at_hand:
            cells[0] = f"**{cells[0]}**"
        lines.append(_line(cells))
    return "\n".join([*lines, ""])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
