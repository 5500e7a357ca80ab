"""The text of a lesson is Markdown and nothing else: it loads nothing and leads nowhere."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.ui.lesson.markdown_text import MarkdownText, plain
from netviz.ui.look.theme import Theme


@pytest.fixture
def text(qtbot: QtBot, theme: Theme) -> MarkdownText:
    made = MarkdownText(theme)
    qtbot.addWidget(made)
    made.resize(226, 10)
    made.show()
    return made


def test_strong_words_lists_and_code_are_shown(text: MarkdownText, theme: Theme) -> None:
    text.set_text("A **bold** word.\n\n- one\n- two\n\n```python\nloss.backward()\n```")
    assert text.toPlainText() == "A bold word.\none\ntwo\nloss.backward()"
    bold = text.document().find("bold")
    assert bold.charFormat().fontWeight() > 400
    code = text.document().find("loss")
    assert code.blockFormat().background().color() == theme.color("raised")


def test_html_is_shown_as_it_is_written(text: MarkdownText) -> None:
    text.set_text("<script>alert(1)</script> and <b>bold</b>")
    assert "<b>bold</b>" in text.toPlainText()
    assert text.document().find("bold").charFormat().fontWeight() <= 400


def test_a_link_is_its_words(text: MarkdownText) -> None:
    text.set_text("See [the page](https://example.org/x), or https://example.org/y, or <a@b.org>.")
    assert text.toPlainText().startswith("See the page, or https://example.org/y")
    place = QTextCursor(text.document())
    while place.movePosition(QTextCursor.MoveOperation.NextCharacter):
        assert not place.charFormat().isAnchor()
        assert place.charFormat().anchorHref() == ""


def test_an_image_is_left_out_and_its_file_is_not_read(text: MarkdownText, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(file))
    text.set_text(f"Before ![a picture]({file.as_uri()}) after")
    assert text.toPlainText().split() == ["Before", "after"]
    assert text.loadResource(2, QUrl.fromLocalFile(str(file))) is None


def test_it_is_as_high_as_its_text_at_any_width(text: MarkdownText) -> None:
    text.set_text("word " * 60)
    narrow = text.height()
    text.resize(500, text.height())
    QApplication.processEvents()
    assert text.height() < narrow
    text.set_text("word")
    assert text.height() < 30


def test_words_can_be_shown_as_they_are(text: MarkdownText) -> None:
    text.set_text(plain("learning_rate * [2] <b> `x` #1"))
    assert text.toPlainText() == "learning_rate * [2] <b> `x` #1"
