"""Pictures from and to files, the clipboard and drags."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageReader

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import StorageError

_LONGEST_SIDE_PX = 1120


def read_picture(path: Path) -> QImage:
    """Return the picture in a file, upright; large ones are scaled down while they are read.

    Raises
    ------
    StorageError
        When the file is missing, broken or no picture.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > _LONGEST_SIDE_PX:
        # Many formats are read several times faster at the size that is needed.
        keep = Qt.AspectRatioMode.KeepAspectRatio
        reader.setScaledSize(size.scaled(_LONGEST_SIDE_PX, _LONGEST_SIDE_PX, keep))
    picture = reader.read()
    if picture.isNull():
        raise StorageError(
            f"{path.name} could not be read as a picture.",
            "Choose a PNG, JPEG or other image file that other programs can open.",
        )
    return picture


def write_picture(picture: QImage, path: Path) -> None:
    """Write `picture` as PNG, whole or not at all; its name gets the ending ``.png``.

    Raises
    ------
    StorageError
        When it cannot be written; a file that was there is as it was.
    """

    def write(temporary: Path) -> None:
        if not picture.save(str(temporary)):
            raise OSError("the folder does not take it")

    write_whole(path if path.suffix.lower() == ".png" else Path(f"{path}.png"), write)


def has_picture(mime: QMimeData) -> bool:
    """Whether what was copied or dragged is a picture or a file."""
    return mime.hasImage() or bool(_files(mime))


def picture_in(mime: QMimeData) -> QImage:
    """Return the picture that was copied or dragged, or that in the first of such files.

    Raises
    ------
    StorageError
        When the file cannot be read as a picture.
    """
    files = _files(mime)
    return read_picture(files[0]) if files else QImage(mime.imageData())


def clipboard_picture() -> QImage:
    """Return the picture on the clipboard, or that in the file copied there.

    Raises
    ------
    StorageError
        When there is none.
    """
    # An empty clipboard has no data at all on some platforms, whatever the types say.
    mime: QMimeData | None = QGuiApplication.clipboard().mimeData()
    if mime is None or not has_picture(mime):
        raise StorageError(
            "There is no picture on the clipboard.", "Copy a picture first, then paste it."
        )
    return picture_in(mime)


def _files(mime: QMimeData) -> list[Path]:
    """Return the local files that were copied or dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
