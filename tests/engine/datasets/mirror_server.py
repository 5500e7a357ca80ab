"""A web server that can misbehave."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class MirrorServer:
    """A web server on this machine.

    Its folders answer differently: ``good`` sends the files, ``encoded`` sends them labelled as
    gzip-encoded, ``cut`` stops in the middle, ``endless`` sends more without saying how much,
    ``wrong`` sends other bytes of the right number, ``silent`` accepts and never answers,
    ``stalls`` stops in the middle and stays connected, ``begins`` does so after the first block;
    anything else is not found.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def url(self, folder: str) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/{folder}/"

    def close(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append(self.path)
                _, folder, name = self.path.split("/")
                server.answer(self, folder, server.files.get(name))

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def answer(self, request: BaseHTTPRequestHandler, folder: str, content: bytes | None) -> None:
        if folder == "silent":
            self.released.wait()
        elif content is None or folder not in _SENT:
            request.send_error(404)
        else:
            request.send_response(200)
            if folder != "endless":
                request.send_header("Content-Length", str(len(content)))
            if folder == "encoded":
                request.send_header("Content-Encoding", "gzip")
            request.end_headers()
            request.wfile.write(_SENT[folder](content))
            if folder in ("stalls", "begins"):
                self.released.wait()


_SENT: dict[str, Callable[[bytes], bytes]] = {
    "good": lambda content: content,
    "encoded": lambda content: content,
    "cut": lambda content: content[: len(content) // 2],
    "stalls": lambda content: content[: len(content) // 2],
    "begins": lambda content: content[: 32 * 1024 + 1],
    "endless": lambda content: content * 2,
    "wrong": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}
