"""The page of a report: its figures are drawn one after the other, then it is put together."""

import math
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from netviz.engine.dataset_names import dataset_label
from netviz.engine.export.report import tables
from netviz.engine.export.report.confusion import confusion_svg
from netviz.engine.export.report.contents import Filters, ReportContents
from netviz.engine.export.report.curves import (
    curves_svg,
    half_life,
    is_measured_now,
    prediction_svg,
    runs_svg,
)
from netviz.engine.export.report.histograms import histogram_svg
from netviz.engine.export.report.pictures import filters_uri, image_uri
from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS
from netviz.engine.options.training import LOSSES
from netviz.engine.protocol.layer_names import with_layer_words
from netviz.engine.protocol.overfitting import best_measurement
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.story import Kind, network_text, story
from netviz.engine.protocol.story_markdown import outcome_text
from netviz.number_text import duration_text, loss_text, percent_text, signed_text

if TYPE_CHECKING:
    from jinja2 import Template

MOST_LAYERS = 24
"""Layers whose weights are drawn; of a deeper network the first and the last ones."""

Facts = dict[str, Any]


def write_report(contents: ReportContents) -> Generator[None, None, str]:
    """Write the page, which needs no other file; yields between its parts.

    Returns
    -------
    str
        The HTML; as the generator's value.
    """
    facts: Facts = {"contents": contents, "facts": contents.facts, "told": contents.told}
    for part in (_head, _curves, _answers, _weights, _lists):
        yield
        facts |= part(contents)
    yield
    return _template().render(facts)


def _head(contents: ReportContents) -> Facts:
    told, facts, answers = contents.told, contents.facts, contents.answers
    config, last = told.config, told.measurements[-1]
    optimizer = format_value(OPTIONS["optimizer"], config.optimizer)
    best = best_measurement(told.measurements, told.ledger)
    accuracy = answers.accuracy if answers else last.test_accuracy
    is_named = facts.name.startswith("Run ")
    return {
        "name": facts.name if is_named else f"Run “{facts.name}”",
        "heading": f"{dataset_label(config.dataset)}, {network_text(config)}, {optimizer}",
        "accuracy": percent_text(accuracy),
        "figures": [
            ("test loss", loss_text(answers.loss if answers else last.test_loss)),
            _training_accuracy(last, facts.steps),
            ("steps", f"{facts.steps:,}"),
            ("epochs", f"{last.epoch:,} of {max(config.epochs, last.epoch):,}"),
            ("training time", _time_text(facts.seconds)),
            ("parameters", f"{facts.parameters:,}"),
        ],
        "best": best,
        "outcome": outcome_text(told),
    }


def _training_accuracy(last: Measurement, steps: int) -> tuple[str, str]:
    """Return the name and the figure, which is that of the last epoch's end."""
    if not last.epoch and steps:
        return "training accuracy", "–"
    when = "" if last.step == steps else f", epoch {last.epoch:,}"
    return f"training accuracy{when}", percent_text(last.train_accuracy)


def _time_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration_text(seconds)


def _curves(contents: ReportContents) -> Facts:
    told = contents.told
    changes = [with_layer_words(each, told.layers) for each in told.ledger]
    functions = [each for each in changes if each.option == "loss"]
    return {
        "changes": changes,
        "curves": curves_svg(contents, changes),
        "half_life": half_life(contents),
        "is_measured_now": is_measured_now(contents),
        "has_steps": len(contents.losses) > 0,
        "loss_break": functions[-1] if functions else None,
        "loss_names": LOSSES,
        "predictions": [
            (each, None if each.curve is None else prediction_svg(number, each.curve))
            for number, each in enumerate(contents.predictions)
        ],
    }


def _answers(contents: ReportContents) -> Facts:
    answers = contents.answers
    if answers is None:
        return {"confusion": None, "mistakes": []}
    return {
        "confusion": confusion_svg(answers.confusion, contents.facts.classes),
        "mistakes": [
            (each, image_uri(each.pixels), percent_text(each.probability))
            for each in answers.mistakes
        ],
    }


def _weights(contents: ReportContents) -> Facts:
    layers = contents.layers
    if len(layers) > MOST_LAYERS:
        layers = (*layers[: MOST_LAYERS // 2], *layers[-MOST_LAYERS // 2 :])
    return {
        "layers": [(each, histogram_svg(each), _moved(each.moved)) for each in layers],
        "layers_left_out": len(contents.layers) - len(layers),
        "filters": contents.filters and _filters(contents.filters),
    }


def _moved(moved: float | None) -> str:
    if moved is None or not math.isfinite(moved):
        return ""
    return percent_text(moved, 0) if moved < 10 else f"{moved:,.0f} × their length"


def _filters(filters: Filters) -> Facts:
    pictures = []
    for weights in (filters.before, filters.after):
        sizes = np.abs(weights[np.isfinite(weights)])
        # The largest few would leave the others pale.
        limit = float(np.quantile(sizes, 0.995)) if len(sizes) else 0.0
        pictures.append((filters_uri(weights, limit), signed_text(-limit), signed_text(limit)))
    return {"pictures": pictures, "shown": len(filters.after), "units": filters.units}


def _lists(contents: ReportContents) -> Facts:
    told = contents.told
    marked = (Kind.BEST, Kind.NOTICED, Kind.FAILED, Kind.WENT_BACK)
    return {
        "settings": tables.settings(told),
        "epochs": tables.epochs(told),
        "runs_drawing": runs_svg(contents),
        "runs": tables.tree([each.row for each in contents.runs]),
        "story": [(each, each.kind in marked) for each in story(told)],
    }


@cache
def _template() -> "Template":
    # Imported here since every start would wait for it, and few make a report.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("netviz.engine.export.report", ""),
        undefined=StrictUndefined,
        autoescape=True,  # names of classes, files and runs are whatever their makers chose
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The style sheet is ours, and holds nothing of a run.
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    environment.globals["style"] = Markup(style)
    return environment.get_template("report.html.jinja")
