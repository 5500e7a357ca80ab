"""Reads a report as a browser does: elements, texts, and the tables of each section."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "base", "embed"}


class Page(HTMLParser):
    """A parsed page.

    Attributes
    ----------
    elements
        Each element's name and attributes.
    text
        What can be read, in order.
    sections
        The texts of the parts that have an id.
    rows
        The cells of each row of a table, by the id of its section.
    open
        Elements that were never closed.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.sections: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.open: list[str] = []
        self._section = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self._section = str(dict(attrs)["id"])
        elif tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        elif tag in ("td", "th"):
            self.rows[self._section][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "section":
            self._section = ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            return
        self.text += data
        self.sections[self._section] = self.sections.get(self._section, "") + data
        if {"td", "th"} & set(self.open):
            self.rows[self._section][-1][-1] += data

    def attributes(self, tag: str, name: str) -> list[str]:
        """Return an attribute of all elements with a name that have it."""
        found = [values[name] for each, values in self.elements if each == tag and name in values]
        return [str(value) for value in found]
