"""List own pictures by a CSV file of `file_name,label`, the form that PyTorch's tutorial uses."""

import codecs
import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from netviz.engine.datasets.own.listing import (
    MAX_FILES,
    LeftOut,
    Listing,
    check_classes,
    check_file_count,
)
from netviz.engine.errors import DataError

_NEEDED = ("file_name", "label")
_HOW = "It needs two columns, file_name and label, such as: tshirt1.jpg, 0"
LARGEST_BYTES = 1_000 * MAX_FILES

Row = tuple[int, list[str]]
"""The number of a line and its fields, without the spaces around them."""


def list_csv(file: Path) -> Listing:
    """List the pictures that `file` names, with their labels as classes.

    The columns are `file_name` and `label` in any order, others are passed over; without a
    header there are these two. Commas, semicolons or tabs; quotes; UTF-8 with or without a
    byte order mark. File names are relative to one folder: the one of the CSV file, its
    `images` or the one named as the CSV file is, whichever has the most of them, the first
    of equals. Classes are sorted, by value where all are whole numbers.

    Raises
    ------
    DataError
        `file` is missing, empty, not UTF-8, not CSV, has other columns or only one class, or
        none of its pictures is there.
    """
    rows = _rows(_text(file), file)
    if not rows:
        raise DataError(f"{file} is empty.", _HOW)
    columns = _columns(rows[0], file)
    entries, left_out = _entries(rows[columns.header_lines :], columns, file)
    if not entries:
        first = f" The first line left out: {left_out[0]}" if left_out else ""
        raise DataError(f"{file} lists no pictures.{first}", _HOW)
    classes = _sorted_classes(set(entries.values()))
    check_classes(classes, file)
    folder, missing = _find_folder(tuple(entries), file)
    left_out += [LeftOut(folder / name, f"is missing in {folder}") for name in missing]
    label_of = {name: label for label, name in enumerate(classes)}
    absent = set(missing)
    files = [
        (folder / name, label_of[label]) for name, label in entries.items() if name not in absent
    ]
    return Listing(file, folder, classes, tuple(files), tuple(left_out))


def _text(file: Path) -> str:
    if not os.path.exists(file):
        raise DataError(f"There is no file {file}.", "Choose a CSV file.")
    if not os.path.isfile(file):
        raise DataError(f"{file} is not a file.", "Choose a CSV file.")
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise DataError(f"{file} is too large for a list of pictures.", _HOW)
        content = file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}."
        raise DataError(message, "Choose another file.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise _not_utf8(file, "in UTF-16, not UTF-8" if utf_16 else "not text in UTF-8") from None
    if "\0" in text:
        raise _not_utf8(file, "not text in UTF-8")
    return text


def _not_utf8(file: Path, problem: str) -> DataError:
    return DataError(
        f"{file} is {problem}.", 'Save it again as UTF-8; spreadsheets call it "CSV UTF-8".'
    )


def _rows(text: str, file: Path) -> list[Row]:
    """Split with the delimiter that gives the first line the needed columns, or the most."""
    first_line = io.StringIO(text.lstrip(), newline=None).readline()
    best = max((",", ";", "\t"), key=lambda delimiter: _fitness(first_line, delimiter))
    rows = list(islice(_split(text, best, file), MAX_FILES + 2))
    check_file_count(len(rows) - 1, file)
    return rows


def _fitness(line: str, delimiter: str) -> tuple[bool, int]:
    fields = next(csv.reader([line[:10_000]], delimiter=delimiter, skipinitialspace=True))
    return set(_NEEDED) <= {_plain(field) for field in fields}, len(fields)


def _split(text: str, delimiter: str, file: Path) -> Iterator[Row]:
    # splitlines would break names at characters that are no line's end in a CSV file.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = [field.strip() for field in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"Line {line} of {file} is not CSV: {error}.",
                'Check its quotes: each " needs a second one.',
            ) from None
        if any(fields):
            yield line, fields


@dataclass(frozen=True)
class _Columns:
    """Where a line has its file name and its label, and how many fields and header lines."""

    name: int
    label: int
    count: int
    header_lines: int


def _columns(first: Row, file: Path) -> _Columns:
    found = first[1]
    plain = [_plain(field) for field in found]
    if all(name in plain for name in _NEEDED):
        return _Columns(plain.index("file_name"), plain.index("label"), len(found), 1)
    if len(found) == 2 and _is_picture(found[0], file):
        return _Columns(0, 1, len(found), 0)
    raise DataError(
        f"{file} has the columns {', '.join(found)}; needed are file_name and label.", _HOW
    )


def _plain(field: str) -> str:
    """Write a column's name as `_NEEDED` does: "File name" and "filename" are file_name."""
    letters = re.sub(r"[\s_-]", "", field).lower()
    return "file_name" if letters == "filename" else letters


def _is_picture(name: str, file: Path) -> bool:
    return bool(re.search(r"\.\w{2,5}$", name)) or os.path.isfile(file.parent / name)


def _entries(
    rows: Sequence[Row], columns: _Columns, file: Path
) -> tuple[dict[str, str], list[LeftOut]]:
    """Return the label of each file name, and the lines that are left out."""
    labels: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for line, fields in rows:
        if len(fields) != columns.count:
            reason = f"has {len(fields)} instead of {columns.count} fields in line {line}"
            left_out.append(LeftOut(file, reason))
            continue
        name, label = _as_path(fields[columns.name]), fields[columns.label]
        if not name or not label:
            missing = "label" if name else "file name"
            left_out.append(LeftOut(file, f"has no {missing} in line {line}"))
        elif name not in labels:
            labels[name] = label
        elif labels[name] == label:
            left_out.append(LeftOut(file, f"lists {name} again in line {line}; it is taken once"))
        else:
            reason = (
                f"calls {name} {label!r} in line {line} but {labels[name]!r} before, which holds"
            )
            left_out.append(LeftOut(file, reason))
    return labels, left_out


def _as_path(name: str) -> str:
    """Write a file name with this system's separators, one written on Windows included."""
    return os.path.normpath(name.replace("\\", "/")) if name else ""


def _sorted_classes(labels: set[str]) -> tuple[str, ...]:
    if all(re.fullmatch(r"[+-]?\d{1,18}", label) for label in labels):
        return tuple(sorted(labels, key=lambda label: (int(label), label)))
    return tuple(sorted(labels))


def _find_folder(names: Sequence[str], file: Path) -> tuple[Path, list[str]]:
    """Return the folder that has the most of the files, and the names that it has not."""
    folders = (file.parent, file.parent / "images", file.with_suffix(""))
    missing = [[name for name in names if not os.path.lexists(folder / name)] for folder in folders]
    best = min(range(len(folders)), key=lambda index: len(missing[index]))
    if len(missing[best]) == len(names):
        raise DataError(
            f"None of the {len(names):,} pictures that {file} lists is there; "
            f"the first is {names[0]}.",
            f"File names are relative to the CSV file. Looked in {', '.join(map(str, folders))}.",
        )
    return folders[best], missing[best]
