"""The template of an exported script, and how texts from outside go into it."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template


def render(**facts: Any) -> str:
    """Fill the template, ``script.py.jinja``, with `facts`."""
    return _template().render(facts)


@cache
def _template() -> "Template":
    # Imported here since every start would wait for it, and few export a script.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("netviz.engine.export", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"literal": literal, "in_docstring": in_docstring}
    return environment.get_template("script.py.jinja")


def literal(value: Any) -> str:
    """Write a value as Python would read it back; texts in double quotes, whatever they hold."""
    return f'"{in_docstring(value)}"' if isinstance(value, str) else repr(value)


def in_docstring(text: str) -> str:
    r"""Escape a text so that it stays a part of the string between whose quotes it is put.

    Quotes, backslashes, line breaks and what cannot be printed are escaped: a data set is called
    by its folder, and a folder may be called ``a\"b`` or worse.
    """
    return repr(text)[1:-1].replace('"', '\\"')
