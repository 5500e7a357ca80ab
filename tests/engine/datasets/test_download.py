"""Fetching from servers that are good, bad and silent."""

import contextlib
import dataclasses
import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from netviz.engine.catalogue import CATALOGUE, is_intact
from netviz.engine.datasets.download import DownloadProgress, download
from netviz.engine.datasets.part_file import part_file
from netviz.engine.errors import DownloadCancelledError, DownloadError, StorageError
from tests.engine.datasets.mirror_server import MirrorServer
from tests.engine.datasets.tiny import SHARED_DATA, TinyDataset


def with_mirrors(tiny: TinyDataset, server: MirrorServer, *folders: str) -> TinyDataset:
    """`tiny` with its files on the server, `folders` of which are the official mirrors."""
    server.files = tiny.content
    mirrors = tuple(server.url(folder) for folder in folders)
    return dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, mirrors=mirrors))


def assert_complete(tiny: TinyDataset, data_dir: Path) -> None:
    folder = data_dir / tiny.info.folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.content


def test_files_land_in_torchvisions_layout(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")

    download(tiny.info, tmp_path / "new" / "folder")

    assert_complete(tiny, tmp_path / "new" / "folder")
    assert tiny.info.folder == "MNIST/raw"


def test_progress_grows_to_the_total(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    reports: list[DownloadProgress] = []

    download(tiny.info, tmp_path, on_progress=reports.append)

    received = [report.received_bytes for report in reports]
    assert received == sorted(received)
    assert received[-1] == sum(map(len, tiny.content.values()))
    assert {report.total_bytes for report in reports} == {received[-1]}
    assert list(dict.fromkeys(report.file_name for report in reports)) == list(tiny.content)


@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_users_mirror_comes_first(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path, slash: str
) -> None:
    tiny = with_mirrors(tiny, server, "wrong")

    download(tiny.info, tmp_path, mirror=f" {server.url('good').rstrip('/')}{slash} ")

    assert_complete(tiny, tmp_path)
    assert server.requests == [f"/good/{name}" for name in tiny.content]


def test_empty_mirror_is_none(tiny: TinyDataset, server: MirrorServer, tmp_path: Path) -> None:
    tiny = with_mirrors(tiny, server, "good")

    download(tiny.info, tmp_path, mirror=" ")

    assert_complete(tiny, tmp_path)


@pytest.mark.parametrize("bad", ["missing", "cut", "wrong", "endless", "silent", "stalls"])
def test_bad_mirror_gives_way_to_the_next(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path, bad: str
) -> None:
    tiny = with_mirrors(tiny, server, bad, "good")

    download(tiny.info, tmp_path, timeout_s=0.2)

    assert_complete(tiny, tmp_path)


def test_file_labelled_as_encoded_stays_as_it_is(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "encoded")

    download(tiny.info, tmp_path)

    assert_complete(tiny, tmp_path)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("missing", "answered 404 Not Found"),
        ("cut", "the connection broke off"),
        ("wrong", "wrong checksum"),
        ("endless", r"sent [\d,]+ bytes instead of [\d,]+"),
        ("silent", "no answer within 0.2 s"),
        ("stalls", "no answer within 0.2 s"),
    ],
)
def test_last_failure_says_what_went_wrong_and_what_to_do(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path, folder: str, reason: str
) -> None:
    tiny = with_mirrors(tiny, server, folder)
    first = tiny.info.files[0].name

    with pytest.raises(DownloadError, match=reason) as caught:
        download(tiny.info, tmp_path, timeout_s=0.2)

    assert first in caught.value.message
    assert "127.0.0.1" in caught.value.message
    assert "--mirror" in caught.value.hint
    assert str(tmp_path / tiny.info.folder) in caught.value.hint
    assert list((tmp_path / tiny.info.folder).iterdir()) == []


def test_other_file_of_that_name_is_refused_before_it_is_read(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    server.files = dict.fromkeys(tiny.content, b"Please log in to this network.")
    reports: list[DownloadProgress] = []

    with pytest.raises(DownloadError, match="sent 30 bytes instead of"):
        download(tiny.info, tmp_path, on_progress=reports.append)

    assert reports == []


def test_every_mirror_is_named_without_its_password(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "wrong")
    port = server.url("").split(":")[2].rstrip("/")

    with pytest.raises(DownloadError) as caught:
        download(tiny.info, tmp_path, mirror=f"http://user:secret@127.0.0.1:{port}/missing")

    assert "404" in caught.value.message
    assert "wrong checksum" in caught.value.message
    assert "secret" not in str(caught.value)


def test_nobody_listens(tiny: TinyDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(DownloadError, match="no connection"):
            download(tiny.info, tmp_path, mirror=f"http://127.0.0.1:{port}")


def test_server_without_a_secure_connection(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError, match="no secure connection"):
        download(tiny.info, tmp_path, mirror=server.url("good").replace("http:", "https:"))


@pytest.mark.parametrize(
    "address",
    ["file:///data", "ftp://host/data", "host/data", "http://", "http://[::1", "http://host:x/"],
)
def test_mirror_must_be_a_web_address(tiny: TinyDataset, tmp_path: Path, address: str) -> None:
    with pytest.raises(DownloadError, match="is not the address of a mirror") as caught:
        download(tiny.info, tmp_path, mirror=address)

    assert "https://" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_address_that_cannot_be_looked_up(tiny: TinyDataset, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="the address does not work"):
        download(tiny.info, tmp_path, mirror="http://*.invalid/")


def test_right_files_are_not_fetched_again_and_broken_ones_are(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    folder = tiny.write_packed(tmp_path)
    cut, flipped = tiny.info.files[0].name, tiny.info.files[3].name
    (folder / cut).write_bytes(tiny.content[cut][:-5])
    (folder / flipped).write_bytes(tiny.content[flipped][:-1] + b"!")

    download(tiny.info, tmp_path)

    assert_complete(tiny, tmp_path)
    assert server.requests == [f"/good/{cut}", f"/good/{flipped}"]


def test_cancel_leaves_nothing_half_written(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    reports: list[DownloadProgress] = []

    with pytest.raises(DownloadCancelledError):
        download(tiny.info, tmp_path, on_progress=reports.append, cancelled=lambda: bool(reports))

    assert reports[-1].received_bytes < tiny.info.files[0].size_bytes
    assert list((tmp_path / tiny.info.folder).iterdir()) == []


def test_cancel_keeps_the_files_that_are_whole(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    names: set[str] = set()

    with pytest.raises(DownloadCancelledError):
        download(
            tiny.info,
            tmp_path,
            on_progress=lambda progress: names.add(progress.file_name),
            cancelled=lambda: len(names) == 2,
        )

    first, _ = sorted(names, key=list(tiny.content).index)
    assert (tmp_path / tiny.info.folder / first).read_bytes() == tiny.content[first]


def test_two_downloads_at_once_do_not_disturb_each_other(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    # Both are in the middle of the first file before either goes on.
    meet = threading.Barrier(2)
    waited = threading.local()

    def wait_once(_: DownloadProgress) -> None:
        if not getattr(waited, "done", False):
            waited.done = True
            meet.wait(timeout=10)

    other = threading.Thread(
        target=download, args=(tiny.info, tmp_path), kwargs={"on_progress": wait_once}
    )
    other.start()
    download(tiny.info, tmp_path, on_progress=wait_once)
    other.join()

    assert_complete(tiny, tmp_path)


def test_a_file_is_not_taken_away_while_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file.gz"
    replace = Path.replace

    def replaced_while_another_begins(part: Path, to: Path) -> Path:
        with contextlib.suppress(InterruptedError), part_file(target):
            raise InterruptedError
        return replace(part, to)

    monkeypatch.setattr(Path, "replace", replaced_while_another_begins)
    with part_file(target) as stream:
        stream.write(b"whole")

    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


def test_data_folder_that_cannot_be_made(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="cannot be saved") as caught:
        download(tiny.info, tmp_path / "file")

    assert "--data-dir" in caught.value.hint


def test_full_disk(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = with_mirrors(tiny, server, "good")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match=os.strerror(errno.ENOSPC)):
        download(tiny.info, tmp_path)

    assert list((tmp_path / tiny.info.folder).iterdir()) == []


def test_bundled_needs_no_download(tmp_path: Path) -> None:
    download(CATALOGUE["mnist-sample"], tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="needs the real MNIST files")
def test_real_mnist_with_its_real_checksums(server: MirrorServer, tmp_path: Path) -> None:
    info = CATALOGUE["mnist"]
    folder = SHARED_DATA / info.folder
    server.files = {file.name: (folder / file.name).read_bytes() for file in info.files}

    download(info, tmp_path, mirror=server.url("good"))

    assert all(is_intact(tmp_path / info.folder / file.name, file) for file in info.files)
    assert {path.split("/")[1] for path in server.requests} == {"good"}


def test_what_a_killed_download_left_is_taken_away_and_nothing_of_a_living_one(
    tiny: TinyDataset, server: MirrorServer, tmp_path: Path
) -> None:
    tiny = with_mirrors(tiny, server, "good")
    folder = tmp_path / tiny.info.folder
    folder.mkdir(parents=True)
    name = next(iter(tiny.content))
    code = (
        "import sys, pathlib\n"
        "from netviz.engine.datasets.part_file import part_file\n"
        "with part_file(pathlib.Path(sys.argv[1])) as stream:\n"
        "    stream.write(b'half')\n"
        "    stream.flush()\n"
        "    print(stream.name, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(folder / name)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        part = Path(process.stdout.readline().strip())
        assert part.read_bytes() == b"half"
        download(tiny.info, tmp_path)
        assert part.read_bytes() == b"half"
        process.kill()
    assert part.exists()
    (folder / name).unlink()
    download(tiny.info, tmp_path)
    assert not part.exists()
    assert_complete(tiny, tmp_path)
