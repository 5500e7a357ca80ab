"""Text of a lesson: Markdown and nothing else, since a lesson may come from anywhere."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextListFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from netviz.ui.look.theme import Theme

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_LINE_PERCENT, _CLOSE_PERCENT = 135, 118
_INDENT_PX = 16


class MarkdownText(QTextBrowser):
    """A text as high as it is long; it loads nothing, and nothing in it can be followed.

    HTML is shown as it is written, a link as its words, and an image is left out.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    weight
        Of letters that are not marked as strong.
    """

    def __init__(
        self,
        theme: Theme,
        size_px: int = 13,
        weight: QFont.Weight = QFont.Weight.Normal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._size_px, self._weight, self._text = theme, size_px, weight, ""
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        # To be copied with the mouse; the keyboard stays with the window.
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def text(self) -> str:
        """The Markdown that is shown."""
        return self._text

    def set_text(self, markdown: str) -> None:
        """Show another text; hidden when empty."""
        if markdown != self._text:
            self._text = markdown
            self._render()
        self.setVisible(bool(markdown))

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        """Load nothing: neither a file of this machine nor one of the network."""
        return None

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # what it lies in scrolls

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(0, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    @property
    def _line_percent(self) -> int:
        """Height of a line: few and strong words stand closer together."""
        return _LINE_PERCENT if self._weight is QFont.Weight.Normal else _CLOSE_PERCENT

    def _fit(self) -> None:
        """Be as high as the text is at this width."""
        document = self.document()
        document.setTextWidth(max(1, self.width()))
        self.setFixedHeight(max(1, round(document.size().height() + 0.5)))

    def _render(self) -> None:
        document = self.document()
        document.setDefaultFont(self._theme.font(self._size_px, self._weight))
        # Not QTextEdit.setMarkdown, which takes HTML too.
        document.setMarkdown(self._text, _FEATURES)
        self._defuse(document)
        self._dress(document)
        self.setAccessibleName(document.toPlainText())
        self._fit()

    def _defuse(self, document: QTextDocument) -> None:
        """Take images out, and leave of links the words."""
        for block in _blocks(document):
            for start, length, kind in _fragments(block):
                cursor = QTextCursor(document)
                cursor.setPosition(start)
                cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
                if kind.isImageFormat():
                    cursor.removeSelectedText()
                elif kind.isAnchor():
                    plain = QTextCharFormat(kind)
                    plain.setAnchor(False)
                    for name in (
                        QTextFormat.Property.AnchorHref,
                        QTextFormat.Property.TextToolTip,
                        QTextFormat.Property.ForegroundBrush,
                        QTextFormat.Property.TextUnderlineStyle,
                        QTextFormat.Property.FontUnderline,
                    ):
                        plain.clearProperty(name)
                    cursor.setCharFormat(plain)

    def _dress(self, document: QTextDocument) -> None:
        """Give paragraphs room, headings their size and code its colours."""
        theme, px = self._theme, self._theme.px
        document.setIndentWidth(px(_INDENT_PX))
        last = document.lastBlock()
        for block in _blocks(document):
            cursor = QTextCursor(block)
            shape = QTextBlockFormat(block.blockFormat())
            is_code = _is_code(block)
            goes_on = is_code and _is_code(block.next())
            in_list = block.textList() is not None
            below = 0 if goes_on or block == last else (3 if in_list else 9)
            shape.setTopMargin(0)
            shape.setBottomMargin(px(below) if below else 0)
            line = 100 if is_code else self._line_percent
            shape.setLineHeight(line, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            if is_code:
                shape.setBackground(theme.color("raised"))
                shape.setNonBreakableLines(False)
            cursor.setBlockFormat(shape)
            self._dress_letters(block, is_code=is_code)
            if in_list and block.textList().format().indent() < 1:
                marks = QTextListFormat(block.textList().format())
                marks.setIndent(1)
                block.textList().setFormat(marks)

    def _dress_letters(self, block: QTextBlock, *, is_code: bool) -> None:
        theme, document = self._theme, self.document()
        heading = block.blockFormat().headingLevel()
        for start, length, kind in _fragments(block):
            cursor = QTextCursor(document)
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            is_strong = heading or kind.fontWeight() > self._weight
            size = self._size_px + (2 if heading else 0)
            letters = QTextCharFormat()
            font = theme.font(size, QFont.Weight.DemiBold if is_strong else self._weight)
            if is_code or kind.fontFixedPitch():
                # A step smaller: letters of a fixed width look larger beside others.
                font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
                font.setPixelSize(theme.px(max(12, self._size_px - 1)))
                letters.setBackground(theme.color("raised"))
            font.setItalic(kind.fontItalic())
            letters.setFont(font)
            letters.setForeground(theme.color("text"))
            cursor.setCharFormat(letters)

    def _restyle(self) -> None:
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        if self._text:
            self._render()


def plain(text: str) -> str:
    """Return words in Markdown that shows them as they are."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|~" else letter for letter in text)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _is_code(block: QTextBlock) -> bool:
    shape = block.blockFormat()
    return block.isValid() and (
        shape.hasProperty(QTextFormat.Property.BlockCodeFence)
        or shape.hasProperty(QTextFormat.Property.BlockCodeLanguage)
    )


def _fragments(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """Return place, length and look of the runs of letters of a block, the last one first.

    So what is taken out moves none of those that come after.
    """
    found = []
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        found.append((fragment.position(), fragment.length(), fragment.charFormat()))
        place += 1
    return found[::-1]
