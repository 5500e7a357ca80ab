"""Which samples are listed, in which order, and which page of them is shown."""

import numpy as np
import pytest

from netviz.ui.views.data.sample_pages import SamplePages

LABELS = np.arange(25) % 5


@pytest.fixture
def pages() -> SamplePages:
    pages = SamplePages()
    pages.list_all(LABELS)
    return pages


def test_pages_are_turned_within_the_listed_samples(pages: SamplePages) -> None:
    assert pages.page(10) == list(range(10))
    assert pages.texts(10) == ("1–10 of 25", "1–10")
    assert not pages.has_previous()
    pages.turn(20)
    assert pages.page(10) == list(range(20, 25))
    assert pages.texts(10) == ("21–25 of 25", "21–25")
    assert not pages.has_next(10)
    pages.turn(-30)
    assert pages.page(10) == list(range(10))


def test_only_one_class_is_listed_from_its_first_sample(pages: SamplePages) -> None:
    pages.turn(10)
    pages.list_all(LABELS, only_class=3)
    assert pages.page(10) == [3, 8, 13, 18, 23]


def test_an_empty_list_says_so() -> None:
    pages = SamplePages()
    pages.list_all(LABELS, only_class=7)
    assert pages.texts(10) == ("none of 0", "none")
    assert not pages.has_next(10)


def test_shuffling_keeps_the_samples_and_shows_the_first_page(pages: SamplePages) -> None:
    pages.turn(10)
    pages.shuffle()
    assert not pages.has_previous()
    assert sorted(pages.page(25)) == list(range(25))
