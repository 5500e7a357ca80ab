"""The story of a run as a Markdown text."""

from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS
from netviz.engine.protocol.overfitting import best_measurement
from netviz.engine.protocol.story import Kind, RunTold, settings_text, story
from netviz.number_text import loss_text, percent_text

_MARKED = (Kind.BEST, Kind.NOTICED, Kind.FAILED, Kind.WENT_BACK)
"""What is set in bold, since a reader looks for it."""


def story_markdown(told: RunTold) -> str:
    """Return a heading, the outcome, a table of the story, and all settings at step 0."""
    config = told.initial_config
    lines = [f"# {markdown_cell(settings_text(told))}", ""]
    lines += [outcome_text(told), ""]
    lines += ["| Step | Epoch | What happened |", "| ---: | ---: | --- |"]
    for entry in story(told):
        text = markdown_cell(entry.text)
        if entry.kind in _MARKED:
            text = f"**{text}**"
        lines.append(f"| {entry.step:,} | {entry.epochs} | {text} |")
    lines += ["", "## Settings at step 0", "", "| Setting | Value |", "| --- | --- |"]
    for name, option in OPTIONS.items():
        if config.is_relevant(name):
            value = format_value(option, getattr(config, name))
            lines.append(f"| {markdown_cell(option.label)} | {markdown_cell(value)} |")
    return "\n".join([*lines, ""])


def outcome_text(told: RunTold) -> str:
    """Say what came of it, in a sentence or two."""
    last = told.measurements[-1] if told.measurements else None
    if last is None or last.epoch == 0:
        return "Not trained to the end of an epoch yet."
    epochs = "epoch" if last.epoch == 1 else "epochs"
    text = (
        f"{last.epoch:,} {epochs}, {last.step:,} steps: test loss {loss_text(last.test_loss)}, "
        f"test accuracy {percent_text(last.test_accuracy)}."
    )
    best = best_measurement(told.measurements, told.ledger)
    if best is not None and best is not last:
        text += (
            f" The best epoch was {best.epoch:,}: test loss {loss_text(best.test_loss)}, "
            f"test accuracy {percent_text(best.test_accuracy)}."
        )
    return text


def markdown_cell(text: str) -> str:
    """Return a text that stays in its cell, and is no markup."""
    for sign in "\\|*_<>`[]#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
