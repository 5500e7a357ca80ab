"""What the fenced blocks of a lesson's step say: do, ask, reveal and check."""

from collections.abc import Callable
from typing import Any

from netviz.engine.errors import NetvizError
from netviz.engine.protocol.commands import FEWEST, MOST
from netviz.lessons import lesson
from netviz.lessons.conditions import OF_ANSWER, Condition, is_figure, no_figure, read_condition
from netviz.lessons.lesson import Action, Check, Question
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.lesson_settings import MOST_EPOCHS, read_setting, read_settings
from netviz.lessons.toml_table import Table, suggestion

MOST_IMAGE = 100_000
_LONG, _SHORT = 600, 200


def read_actions(table: Table) -> tuple[Action, ...]:
    """Read what a ``do`` or ``reveal`` block does, in the order of its lines.

    Raises
    ------
    LessonError
        When something in it is not allowed.
    """
    table.allow((*_ACTIONS, *_BESIDE))
    for key, other in _BESIDE.items():
        if key in table.values and other not in table.values:
            raise table.error(f"{key} stands without {other}.", key=key)
    return tuple(_ACTIONS[key](table) for key in table.values if key not in _BESIDE)


def _set(table: Table) -> Action:
    inner = table.inner("set")
    if not inner.values:
        raise table.error("set changes nothing.", "Name an option and its value.", key="set")
    return lesson.Set(read_settings(inner, live=True))


def _race(table: Table) -> Action:
    inner = table.inner("race")
    steps = inner.whole("steps", 1, lesson.MOST_STEPS)
    options = [key for key in inner.values if key != "steps"]
    if len(options) != 1:
        raise table.error(
            "A race is about one option.",
            "Write race = { learning_rate = [0.01, 0.1], steps = 200 }.",
            key="race",
        )
    option = options[0]
    values = tuple(
        read_setting(inner, option, value, live=True) for value in inner.items(option, FEWEST, MOST)
    )
    if any(value in values[:place] for place, value in enumerate(values)):
        raise inner.error("Two runs of the race have the same value.", "Change one.", key=option)
    return lesson.Race(option, values, steps)


def _new_run(table: Table) -> Action:
    changes = read_settings(table.inner("new_run"))
    return lesson.NewRun(changes, table.switch("keep_weights"))


def _tab(table: Table) -> Action:
    tab = table.values["tab"]
    if tab not in lesson.TABS:
        raise table.error(
            f"There is no tab {str(tab)[:40]!r}.", suggestion(str(tab), lesson.TABS), key="tab"
        )
    part, parts = table.values.get("part", ""), lesson.PARTS.get(str(tab), ())
    if part and part not in parts:
        hint = suggestion(str(part), parts) if parts else "Leave the line out: this tab has none."
        raise table.error(f"The tab {tab} has no part {str(part)[:40]!r}.", hint, key="part")
    return lesson.OpenTab(str(tab), str(part))


def _sure(table: Table, key: str) -> None:
    if table.values[key] is not True:
        raise table.error(f"{key} can only be true.", "Leave the line out otherwise.", key=key)


def _pause(table: Table) -> Action:
    _sure(table, "pause")
    return lesson.Pause()


def _branch(table: Table) -> Action:
    _sure(table, "branch")
    return lesson.Branch()


_ACTIONS: dict[str, Callable[[Table], Action]] = {
    "set": _set,
    "train": lambda table: lesson.Train(table.whole("train", 1, lesson.MOST_STEPS)),
    "train_epochs": lambda t: lesson.TrainEpochs(t.whole("train_epochs", 1, MOST_EPOCHS)),
    "pause": _pause,
    "branch": _branch,
    "back_to": lambda table: lesson.BackTo(table.whole("back_to", 0, 10_000_000)),
    "race": _race,
    "new_run": _new_run,
    "draw": lambda table: lesson.Draw(table.whole("draw", 0, MOST_IMAGE)),
    "tab": _tab,
}
_BESIDE = {"keep_weights": "new_run", "part": "tab"}
"""What stands beside an action and says more of it."""


def read_question(table: Table) -> Question:
    """Read an ``ask`` block.

    Raises
    ------
    LessonError
        When something in it is missing or not allowed.
    """
    kind = table.one_of("kind", ("choice", "number", "curve"))
    question = table.text("question", _LONG)
    if kind == "choice":
        return _choice(table, question)
    return _number(table, question) if kind == "number" else _curve(table, question)


def _choice(table: Table, question: str) -> Question:
    table.allow(("kind", "question", "answers", "right", "right_when"))
    answers = tuple(
        table.phrase(answer, "answers", _SHORT) for answer in table.items("answers", 2, 6)
    )
    right: int | None = None
    right_when: tuple[Condition, ...] = ()
    if "right" in table.values and "right_when" in table.values:
        raise table.error("right and right_when say the same.", "Keep one.", key="right_when")
    if "right" in table.values:
        right = table.whole("right", 1, len(answers)) - 1
    if "right_when" in table.values:
        conditions = table.items("right_when", len(answers), len(answers))
        right_when = tuple(_condition(table, "right_when", text) for text in conditions)
    return lesson.Choice(question, answers, right, right_when)


def _number(table: Table, question: str) -> Question:
    table.allow(("kind", "question", "truth", "within", "unit", "percent"))
    truth = table.text("truth", 60)
    if not is_figure(truth) or truth in OF_ANSWER:
        error = no_figure(truth)
        raise table.error(error.message, error.hint, key="truth")
    within = table.number("within", 0, 10, default=0.1)
    unit = table.text("unit", 20, default="")
    return lesson.Number(question, truth, within, unit, table.switch("percent"))


def _curve(table: Table, question: str) -> Question:
    table.allow(("kind", "question", "metric", "steps", "epochs"))
    metric = table.one_of("metric", lesson.CURVE_METRICS, "loss")
    wanted, other = ("steps", "epochs") if metric == "loss" else ("epochs", "steps")
    if other in table.values:
        raise table.error(
            f"A curve of the {metric} is drawn by {wanted}, not by {other}.", key=other
        )
    if metric == "loss":
        return lesson.Curve(question, metric, steps=table.whole("steps", 2, lesson.MOST_STEPS))
    return lesson.Curve(question, metric, epochs=table.whole("epochs", 1, MOST_EPOCHS))


def read_check(table: Table) -> Check:
    """Read a ``check`` block.

    Raises
    ------
    LessonError
        When something in it is missing or not allowed.
    """
    table.allow(("when", "then", "otherwise", "required"))
    if "when" not in table.values:
        raise table.error("when is missing in a check block.", 'Write when = "diverged".')
    condition = _condition(table, "when", table.values["when"])
    then, otherwise = table.text("then", _LONG, ""), table.text("otherwise", _LONG, "")
    required = table.switch("required")
    if not then and not otherwise and not required:
        raise table.error("This check says nothing.", 'Write then = "…".')
    return Check(condition, then, otherwise, required)


def _condition(table: Table, key: str, text: Any) -> Condition:
    if not isinstance(text, str):
        raise table.error(f"{key} is not a condition in quotes.", key=key)
    try:
        return read_condition(text)
    except NetvizError as error:
        place = text.split("\n")[0][:40]
        raise table.error(error.message, error.hint, key=key, text=place) from None


def refuse_curve_without_training(
    question: Question | None, reveal: tuple[Action, ...], file: str, line: int
) -> None:
    """Refuse a curve that nothing would ever be laid over."""
    trains = any(isinstance(action, lesson.Train | lesson.TrainEpochs) for action in reveal)
    if isinstance(question, lesson.Curve) and not trains:
        raise LessonError(
            "A curve is drawn here, and no reveal block trains on to show it.",
            "Add a reveal block with train = …",
            file=file,
            line=line,
        )
