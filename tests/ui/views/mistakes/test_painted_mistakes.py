"""What the mistakes' tiles and their detail paint: each image beside its own figures."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import ImageArrays, TestPredictions
from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.widgets.image_painting import image_pixels
from tests.ui.painting import Painting, Text, lines_of, painted

LONG = ("airplane", "bicycle", "car", "dragon", "elk")
COUNT = 24


def images() -> ImageArrays:
    draw = np.random.default_rng(0)
    pixels = draw.integers(0, 256, (COUNT, 1, 8, 8), dtype=np.uint8)
    labels = draw.integers(0, len(LONG), COUNT)
    return ImageArrays(pixels, labels, pixels, labels)


def predictions(data: ImageArrays) -> TestPredictions:
    """Return probabilities of which no two are equal, and losses in another order than they."""
    draw = np.random.default_rng(1)
    probabilities = draw.dirichlet([0.6] * len(LONG), COUNT).astype(np.float32)
    predicted = [max(range(len(LONG)), key=row.__getitem__) for row in probabilities.tolist()]
    confusion = np.zeros((len(LONG), len(LONG)), np.int64)
    for true, guess in zip(data.test_labels.tolist(), predicted, strict=True):
        confusion[true, guess] += 1
    marks = np.arange(COUNT)
    losses = draw.random(COUNT).astype(np.float32)
    is_wrong = np.array(predicted) != data.test_labels
    learned, forgotten = ~is_wrong & (marks % 2 == 0), is_wrong & (marks % 3 == 0)
    return TestPredictions(1, 1, 7, probabilities, losses, learned, forgotten, confusion)


def opened(qtbot: QtBot, theme: Theme, names: tuple[str, ...]) -> MistakeView:
    view = MistakeView(theme)
    qtbot.addWidget(view)
    view.resize(900, 760)
    view.set_images(data := images(), names)
    view.show()
    view.show_predictions(predictions(data))
    return view


def tiles(painting: Painting, width: int) -> list[tuple[QImage, list[str]]]:
    """Return each image in reading order, with the text on it and the lines beside it.

    `width` is that of a tile.
    """
    shown = [picture for picture in painting.pictures if picture.image.width() == 8]
    shown.sort(key=lambda picture: (round(picture.box.top()), picture.box.left()))
    found = []
    for picture in shown:
        box = picture.box
        words = QRectF(box.right(), box.top(), width - box.width() - 8, box.height())
        lines = lines_of(painting.texts_in(words))
        (sign,) = (p for p in painting.pictures if words.contains(p.box))
        (named,) = (line for line in lines if abs(line_y(line) - sign.box.center().y()) < 4)
        assert sign.box.width() > 8
        assert 0 <= named[0].box.left() - sign.box.right() < 6
        for line in lines:
            assert line[0].box.left() == pytest.approx(named[0].box.left(), abs=2)
            assert line[-1].box.right() <= words.right()
        texts = [text.text for text in painting.texts_in(box)]
        texts += ["".join(text.text for text in line) for line in lines]
        found.append((picture.image, texts))
    return found


def line_y(line: list[Text]) -> float:
    return line[0].box.center().y()


def expected(view: MistakeView, names: tuple[str, ...], order: list[int]) -> list[list[str]]:
    data = images()
    measured = predictions(data)
    lines = []
    for index in order:
        chances = measured.probabilities[index].tolist()
        guess, true = chances.index(max(chances)), int(data.test_labels[index])
        words = ["forgotten"] if measured.just_forgotten[index] else []
        words += ["learned"] if measured.just_learned[index] and guess == true else []
        if guess == true:
            words.append(names[true])
        else:
            words += [f"says {names[guess]},", f"is {names[true]}"]
        lines.append([*words, f"{100 * max(chances):.0f} % sure"])
    return lines


@pytest.mark.parametrize("by", ["most confident", "largest loss", "index"])
@pytest.mark.parametrize("names", [LONG, tuple("abcde")])
def test_each_tile_has_its_own_image_and_figures_in_the_order_asked_for(
    qtbot: QtBot, theme: Theme, names: tuple[str, ...], by: str
) -> None:
    view = opened(qtbot, theme, names)
    view.learned.setChecked(True)
    view.order.setCurrentIndex(["most confident", "largest loss", "index"].index(by))
    data = images()
    measured = predictions(data)
    chances = measured.probabilities.tolist()
    is_wrong = [max(row) != row[true] for row, true in zip(chances, data.test_labels, strict=True)]
    order = [i for i in range(COUNT) if is_wrong[i] or measured.just_learned[i]]
    keys = {
        "most confident": lambda i: -max(chances[i]),
        "largest loss": lambda i: -measured.losses[i],
        "index": lambda i: i,
    }
    order.sort(key=keys[by])
    found = tiles(painted(view.list_view), view.list_view.gridSize().width())
    assert [lines for _, lines in found] == expected(view, names, order)
    for (image, _), index in zip(found, order, strict=True):
        np.testing.assert_array_equal(image_pixels(image), data.test_images[index, 0])


def test_the_detail_shows_the_same_image_and_a_bar_for_each_class(
    qtbot: QtBot, theme: Theme
) -> None:
    view = opened(qtbot, theme, LONG)
    data = images()
    measured = predictions(data)
    for index in (3, 11):
        view.open_mistake(index)
        chances = measured.probabilities[index].tolist()
        guess, true = chances.index(max(chances)), int(data.test_labels[index])
        painting = painted(view.detail)
        (picture,) = (p for p in painting.pictures if p.image.width() == 8)
        np.testing.assert_array_equal(image_pixels(picture.image), data.test_images[index, 0])
        said = f"✗ says {LONG[guess]}, is {LONG[true]}" if guess != true else f"✓ {LONG[true]}"
        assert any(words.startswith(said) for words in painting.words())
        assert any(f"image {index}" in words for words in painting.words())
        bars = painted(view.detail.bars)
        for name, chance in zip(LONG, chances, strict=True):
            assert [name, f"{100 * chance:.1f} %"] in [
                [text.text for text in line] for line in lines_of(bars.texts)
            ]
