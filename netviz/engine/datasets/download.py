"""Fetch the files of a data set: several mirrors, time-out, progress, cancel, checksum.

Written on requests rather than pooch: pooch lets requests undo ``Content-Encoding: gzip``, with
which some servers label ``.gz`` files, and then refuses the correct file for its checksum; it also
takes one address per file, and reads a wrong file to the end before it looks at its size.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests
import urllib3

from netviz.engine.catalogue import DatasetInfo, RemoteFile, is_intact
from netviz.engine.datasets.mirror_address import checked_address
from netviz.engine.datasets.part_file import part_file
from netviz.engine.errors import DownloadCancelledError, DownloadError, StorageError

_BLOCK_BYTES = 32 * 1024


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is.

    Attributes
    ----------
    dataset
        Name of the data set in the catalogue.
    file_name
        The file that is being fetched or was just finished.
    received_bytes, total_bytes
        Over all files of the data set, those that were there already included. `received_bytes`
        goes back when a mirror fails in the middle of a file.
    """

    dataset: str
    file_name: str
    received_bytes: int
    total_bytes: int


class _RefusedError(Exception):
    """What a mirror sent is not the file."""


def download(
    info: DatasetInfo,
    data_dir: Path,
    *,
    mirror: str | None = None,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_connected: Callable[[Callable[[], None]], None] | None = None,
    timeout_s: float = 20.0,
) -> None:
    """Fetch what is missing or broken of `info` into `data_dir`, in torchvision's layout.

    Files that are there and intact stay as they are. Each other file appears under its name
    only when it is complete and checked, so several processes may fetch into
    the same folder at once.

    Parameters
    ----------
    info
        Entry of the catalogue; for one that ships with NetViz there is nothing to do.
    data_dir
        The data folder; made if need be.
    mirror
        Address (http or https) of a folder that holds the files by their names, tried before
        the official mirrors.
    on_progress
        Called in this thread after every block of 32 KiB and after every file.
    cancelled
        Asked in this thread before every block; when it says yes, the download ends. While a
        server is silent nothing is asked: then it ends after `timeout_s` at the latest.
    on_connected
        Given a function with which another thread can break off the silence of the server that
        now sends, so that `cancelled` is asked at once.
    timeout_s
        How long a server may be silent before the next mirror is tried, in seconds.

    Raises
    ------
    DownloadCancelledError
        `cancelled` said yes. No half-written file is left.
    DownloadError
        No mirror had the correct file, or `mirror` is not an address.
    StorageError
        A file could not be written (no permission, disk full).
    """
    mirrors = (checked_address(mirror),) if mirror and mirror.strip() else ()
    folder = data_dir / info.folder
    try:
        with requests.Session() as session:
            job = _Job(info, folder, session, on_progress, cancelled, on_connected, timeout_s)
            job.run(mirrors + info.mirrors)
    except OSError as error:
        raise StorageError(
            f"{info.label} cannot be saved in {folder}: {error.strerror or error}.",
            f"It takes {info.total_bytes / 1e6:.0f} MB: make room there, or choose another data "
            "folder with --data-dir.",
        ) from error


@dataclass
class _Job:
    """One call of `download`; `done_bytes` is the size of the files that are finished."""

    info: DatasetInfo
    folder: Path
    session: requests.Session
    on_progress: Callable[[DownloadProgress], None] | None
    cancelled: Callable[[], bool] | None
    on_connected: Callable[[Callable[[], None]], None] | None
    timeout_s: float
    done_bytes: int = 0

    def run(self, mirrors: tuple[str, ...]) -> None:
        for file in self.info.files:
            self._stop_if_cancelled()
            if not is_intact(self.folder / file.name, file):
                self._fetch_from_any(mirrors, file)
            self.done_bytes += file.size_bytes
            self._report(file, 0)

    def _fetch_from_any(self, mirrors: tuple[str, ...], file: RemoteFile) -> None:
        problems = []
        for mirror in mirrors:
            self._stop_if_cancelled()
            try:
                self._fetch(f"{mirror.rstrip('/')}/{file.name}", file)
            except (
                _RefusedError,
                requests.RequestException,
                urllib3.exceptions.HTTPError,
            ) as error:
                self._stop_if_cancelled()
                problems.append(f"{_host(mirror)}: {self._reason(error)}")
            else:
                return
        raise DownloadError(
            f"{self.info.label}: {file.name} could not be fetched ({'; '.join(problems)}).",
            "Check the connection and try again, give another mirror with --mirror, or put the "
            f"files in {self.folder}.",
        )

    def _fetch(self, url: str, file: RemoteFile) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            part_file(self.folder / file.name) as stream,
            self._open(url) as response,
        ):
            self._receive(response, file, stream)

    def _receive(self, response: requests.Response, file: RemoteFile, stream: BinaryIO) -> None:
        digest = hashlib.md5(usedforsecurity=False)
        received = 0
        announced = response.raw.length_remaining
        if announced is not None:
            _refuse_size(announced, file)
        if self.on_connected is not None:
            self.on_connected(response.raw.shutdown)
            self._stop_if_cancelled()  # it may have been before there was anything to break off
        # Read below requests, which would unpack a file that is labelled as encoded.
        for block in response.raw.stream(_BLOCK_BYTES, decode_content=False):
            self._stop_if_cancelled()
            received += len(block)
            if received > file.size_bytes:
                break
            stream.write(block)
            digest.update(block)
            self._report(file, received)
        _refuse_size(received, file)
        if digest.hexdigest() != file.md5:
            raise _RefusedError("sent a file with a wrong checksum")

    def _open(self, url: str) -> requests.Response:
        response = self.session.get(
            url, stream=True, timeout=self.timeout_s, headers={"Accept-Encoding": "identity"}
        )
        if response.status_code != requests.codes.ok:
            response.close()
            raise _RefusedError(f"answered {response.status_code} {response.reason}".strip())
        return response

    def _stop_if_cancelled(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise DownloadCancelledError(f"The download of {self.info.label} was cancelled.")

    def _report(self, file: RemoteFile, received_bytes: int) -> None:
        if self.on_progress is not None:
            received = self.done_bytes + received_bytes
            total = self.info.total_bytes
            self.on_progress(DownloadProgress(self.info.name, file.name, received, total))

    def _reason(self, error: Exception) -> str:
        if isinstance(error, _RefusedError):
            return str(error)
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
            return f"no answer within {self.timeout_s:g} s"
        if isinstance(error, requests.exceptions.SSLError):
            return "no secure connection"
        if isinstance(error, requests.ConnectionError):
            return "no connection"
        if isinstance(error, urllib3.exceptions.HTTPError):
            return "the connection broke off"
        return "the address does not work"


def _refuse_size(size_bytes: int, file: RemoteFile) -> None:
    if size_bytes != file.size_bytes:
        raise _RefusedError(f"sent {size_bytes:,} bytes instead of {file.size_bytes:,}")


def _host(mirror: str) -> str:
    """Where a mirror is, without the password that its address may hold."""
    return urlsplit(mirror).netloc.rpartition("@")[2]
