"""A plot as a file: picture, drawing or table."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QPoint, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QWidget

from netviz.engine.errors import StorageError

FORMATS = {"png": "PNG picture", "svg": "SVG drawing", "csv": "CSV table"}
PNG_PIXEL_RATIO = 2
"""Pixels of a picture to one of the screen, for slides and print."""


def ask_for_file(parent: QWidget, stem: str, ending: str) -> Path | None:
    """Ask where to save a plot; return None where the user cancels."""
    name, _ = QFileDialog.getSaveFileName(
        parent, f"Save the plot as {FORMATS[ending]}", f"{stem}.{ending}", f"*.{ending}"
    )
    if not name:
        return None
    path = Path(name)
    is_named = path.suffix.lower() == f".{ending}"
    return path if is_named else path.with_name(f"{path.name}.{ending}")


def png_bytes(widget: QWidget, background: QColor) -> bytes:
    """Return a picture of `widget` at `PNG_PIXEL_RATIO` times its size in pixels."""
    image = QImage(widget.size() * PNG_PIXEL_RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_PIXEL_RATIO)
    image.fill(background)
    painter = QPainter(image)
    widget.render(painter, QPoint())
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise StorageError("The picture could not be made.", "Make the window smaller.")
    return bytes(buffer.data().data())


def svg_bytes(widget: QWidget, background: QColor, title: str) -> bytes:
    """Return `widget` as a drawing that stays sharp at any size."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    size: QSize = widget.size()
    generator.setSize(size)
    generator.setViewBox(widget.rect())
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(widget.rect(), background)
    widget.render(painter, QPoint())
    painter.end()
    return bytes(buffer.data().data())


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table with one line of names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
