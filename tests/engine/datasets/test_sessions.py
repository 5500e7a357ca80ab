"""Every data set of the catalogue, and own pictures, from its files through a whole run."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.datasets.own import load
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import Prediction
from netviz.engine.protocol.run_state import State
from netviz.engine.session import preparation
from tests.engine.datasets.pictures import save_classes
from tests.engine.datasets.test_load import CifarFiles
from tests.engine.datasets.tiny import MakeTiny
from tests.support import Driven, losses, only

BASE = {"hidden": (8,), "epochs": 1, "device": "cpu", "threads": 1}


def run(data_dir: Path, **values: object) -> tuple[Driven, events.Prepared]:
    """A run from its files to its last epoch, with a drawing predicted on the way."""
    driven = Driven()
    driven.do(commands.Prepare(RunConfig.parse({**BASE, **values}), data_dir))
    assert not only(driven.events, events.Refused), driven.events
    drawing = np.zeros((280, 280), np.uint8)
    drawing[60:220, 130:150] = 255
    driven.do(commands.Predict(1, drawing), commands.Start())
    assert driven.state is State.FINISHED
    assert np.isfinite(list(losses(driven.events).values())).all()
    return driven, only(driven.events, events.Prepared)[-1]


@pytest.mark.parametrize("model", ["mlp", "cnn"])
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "kmnist", "emnist-digits"])
def test_the_relatives_of_mnist_train(
    make_tiny: MakeTiny, tmp_path: Path, name: str, model: str
) -> None:
    make_tiny(name).write_packed(tmp_path)
    driven, prepared = run(tmp_path, dataset=name, model=model)
    assert prepared.classes == CATALOGUE[name].classes
    assert prepared.image_shape == (1, 28, 30) or name.startswith("emnist")
    assert len(only(driven.events, Prediction)[-1].probabilities) == 10


def test_letters_have_26_classes(make_tiny: MakeTiny, tmp_path: Path) -> None:
    make_tiny("emnist-letters").write_unpacked(tmp_path)
    driven, prepared = run(tmp_path, dataset="emnist-letters")
    assert prepared.classes[0] == "A"
    assert prepared.classes[-1] == "Z"
    assert len(only(driven.events, Prediction)[-1].probabilities) == 26


@pytest.mark.parametrize("values", [{}, {"normalise": True, "augment_flip": True}])
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_colour_photographs_train(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str, values: dict[str, object]
) -> None:
    files = CifarFiles(monkeypatch)
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(files.archive)
    driven, prepared = run(tmp_path, dataset="cifar10", model=model, **values)
    assert prepared.image_shape == (3, 32, 32)
    assert prepared.classes[3] == "cat"
    assert only(driven.events, Prediction)[-1].seen.shape == (3, 32, 32)


# -- own pictures ----------------------------------------------------------------------------


def test_own_pictures_train_in_the_form_asked_for(tmp_path: Path) -> None:
    save_classes(tmp_path / "pets", cats=10, dogs=10)
    name = f"folder:{tmp_path / 'pets'}"
    values = {"image_size": 16, "colour": True, "test_share": 0.5}
    _, prepared = run(tmp_path, dataset=name, **values)
    assert prepared.image_shape == (3, 16, 16)
    assert (prepared.train_count, prepared.test_count) == (10, 10)
    assert prepared.classes == ("cats", "dogs")
    assert prepared.warnings == ()
    assert prepared.left_out == ()


def test_what_is_wrong_with_own_pictures_is_told(tmp_path: Path) -> None:
    pets = save_classes(tmp_path / "pets", cats=20, dogs=4)
    for number in range(2):
        (pets / "cats" / f"extra{number}.png").write_bytes((pets / "cats" / "000.png").read_bytes())
    for number in range(20):
        (pets / "dogs" / f"same{number}.png").write_bytes((pets / "dogs" / "000.png").read_bytes())
    (pets / "dogs" / "text.png").write_text("no picture")
    _, prepared = run(tmp_path, dataset=f"folder:{pets}")
    assert prepared.left_out == ("text.png is not an image.",)
    assert "also among the training images" in prepared.warnings[0]


def test_other_weights_are_tested_on_the_same_pictures(tmp_path: Path) -> None:
    save_classes(tmp_path / "pets", cats=12, dogs=12)
    driven, first = run(tmp_path, dataset=f"folder:{tmp_path / 'pets'}")
    driven.do(commands.Reset({"seed": 5}))
    second = only(driven.events, events.Prepared)[-1]
    assert (first.images.test_images == second.images.test_images).all()
    assert first.untrained != second.untrained


def test_a_reset_reads_pictures_that_came_or_changed(tmp_path: Path) -> None:
    pets = save_classes(tmp_path / "pets", cats=5, dogs=5)
    driven, first = run(tmp_path, dataset=f"folder:{pets}")
    driven.do(commands.Reset())
    same = only(driven.events, events.Prepared)[-1]
    assert same.images.train_images is not None
    assert np.shares_memory(same.images.train_images, first.images.train_images)
    (pets / "cats" / "new.png").write_bytes((pets / "dogs" / "000.png").read_bytes())
    driven.do(commands.Reset())
    more = only(driven.events, events.Prepared)[-1]
    assert more.train_count + more.test_count == 11
    os.utime(pets / "cats" / "new.png", (1, 1))
    driven.do(commands.Reset())
    again = only(driven.events, events.Prepared)[-1]
    assert not np.shares_memory(again.images.train_images, more.images.train_images)


@pytest.mark.parametrize("interval_s", [0.0, 1e9])
def test_how_many_pictures_were_read_is_told_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval_s: float
) -> None:
    monkeypatch.setattr(preparation, "PROGRESS_INTERVAL_S", interval_s)
    save_classes(tmp_path / "pets", cats=6, dogs=5)
    driven, prepared = run(tmp_path, dataset=f"folder:{tmp_path / 'pets'}")
    told = [(event.run, event.done, event.total) for event in only(driven.events, events.Loading)]
    each = [(prepared.run, done, 11) for done in range(1, 12)]
    assert told == (each if interval_s == 0 else [])


def test_a_refused_folder_leaves_the_run_before_it(tmp_path: Path) -> None:
    save_classes(tmp_path / "pets", cats=5, dogs=5)
    save_classes(tmp_path / "one", cats=5)
    driven, _ = run(tmp_path, dataset=f"folder:{tmp_path / 'pets'}", epochs=2)
    step = driven.step
    driven.do(commands.Reset({"dataset": f"folder:{tmp_path / 'one'}"}))
    refused = only(driven.events, events.Refused)[-1]
    assert refused.message == f"{tmp_path / 'one'} has pictures of only one class, 'cats'."
    driven.do(commands.Change({"epochs": 3}), commands.Start())
    assert driven.step > step


def test_another_wish_ends_the_reading_of_own_pictures(tmp_path: Path) -> None:
    save_classes(tmp_path / "many", cats=100, dogs=100)
    config = RunConfig.parse({**BASE, "dataset": f"folder:{tmp_path / 'many'}"})
    save_classes(tmp_path / "few", cats=4, dogs=4)
    few = config.with_changes({"dataset": f"folder:{tmp_path / 'few'}"})
    read: list[Path] = []
    real = load.read_picture

    def counted(path: Path, form: OwnForm) -> NDArray[np.uint8]:
        read.append(path)
        if len(read) == 20:
            driven.session.submit(commands.Prepare(few, tmp_path))
        return real(path, form)

    driven = Driven()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "read_picture", counted)
        driven.do(commands.Prepare(config, tmp_path))
    assert len(read) == 28
    assert only(driven.events, events.Prepared)[-1].config == few
    assert not only(driven.events, events.Refused)
