"""`netviz datasets`, and what a run says of a data set that is missing."""

import dataclasses
import hashlib
import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from netviz.cli import app
from netviz.engine.catalogue import CATALOGUE, RemoteFile


def test_datasets_are_listed_with_what_is_present(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["datasets", "--data-dir", str(tmp_path)]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CATALOGUE)
    column = header.index("Here?")
    assert lines[0][column:] == "comes with NetViz"
    assert lines[list(CATALOGUE).index("mnist")][column:] == "11.6 MB to download"


def test_datasets_are_listed_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["datasets", "--json", "--data-dir", str(tmp_path)]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(entry["name"], entry["present"]) for entry in entries] == [
        (name, info.bundled) for name, info in CATALOGUE.items()
    ]


class OneFileServer:
    """Serves one small data set in the place of MNIST.

    Attributes
    ----------
    interrupts
        Folder in which half of the file shall be written when the main thread is interrupted;
        None to send all of it.
    """

    content = bytes(range(256)) * 1000

    def __init__(self) -> None:
        self.interrupts: Path | None = None
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(server.content)))
                self.end_headers()
                if server.interrupts:
                    self.wfile.write(server.content[:100_000])
                    while not server.is_half_written():
                        server.released.wait(0.01)
                    main = threading.main_thread().ident
                    assert main is not None
                    signal.pthread_kill(main, signal.SIGINT)
                    server.released.wait()
                else:
                    self.wfile.write(server.content)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def is_half_written(self) -> bool:
        """Whether some of the file has arrived, or nobody waits for it any more."""
        parts = self.interrupts.rglob("*.part") if self.interrupts else ()
        return self.released.is_set() or any(part.stat().st_size for part in parts)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OneFileServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    md5 = hashlib.md5(OneFileServer.content, usedforsecurity=False).hexdigest()
    file = RemoteFile("digits.gz", md5, len(OneFileServer.content))
    info = dataclasses.replace(CATALOGUE["mnist"], files=(file,), mirrors=())
    monkeypatch.setitem(CATALOGUE, "mnist", info)
    server = OneFileServer()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.released.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()


def test_a_data_set_is_downloaded_from_a_mirror(
    server: OneFileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data-dir", str(tmp_path), "--mirror", server.url]
    assert app.run(["datasets", "download", "mnist", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"MNIST is in {tmp_path}\n"
    assert captured.err.endswith("MNIST: 0.3 of 0.3 MB\n")
    assert [path.name for path in tmp_path.rglob("*.*")] == ["digits.gz"]


def test_ctrl_c_in_a_download_leaves_nothing_half_written(
    server: OneFileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.interrupts = tmp_path
    arguments = ["--data-dir", str(tmp_path), "--mirror", server.url]
    assert app.run(["datasets", "download", "mnist", *arguments]) == 130
    assert not list(tmp_path.rglob("*.*"))
    assert "Cancelled" in capsys.readouterr().err


def test_ctrl_c_in_the_download_before_a_run_ends_it(
    server: OneFileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.interrupts = tmp_path
    arguments = ["--data-dir", str(tmp_path), "--mirror", server.url, "--download", "--json"]
    assert app.run(["train", "--dataset", "mnist", *arguments]) == 130
    assert capsys.readouterr().out == '{"event":"end","state":"interrupted"}\n'


def test_a_failed_download_says_why(
    server: OneFileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["datasets", "download", "mnist", "--data-dir", str(tmp_path)]) == 1
    assert "could not be fetched" in capsys.readouterr().err


def test_a_bundled_data_set_needs_no_download(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["datasets", "download", "mnist-sample"]) == 0
    assert "comes with NetViz" in capsys.readouterr().out


def test_a_run_on_a_missing_data_set_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "--dataset", "mnist", "--data-dir", str(tmp_path)]
    assert app.run(arguments) == 1
    captured = capsys.readouterr()
    assert f'netviz datasets download mnist --data-dir "{tmp_path}"' in captured.err
    assert captured.out == ""
    assert app.run([*arguments, "--json"]) == 1
    captured = capsys.readouterr()
    end = json.loads(captured.out)
    assert (end["event"], end["state"]) == ("end", "failed")
    assert "netviz datasets download mnist" in end["message"]
    assert captured.err == ""
