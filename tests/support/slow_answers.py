"""A way to a server on which answers take a moment: time to die before they are heard."""

import socket
import socketserver
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

HELD_SECONDS = 1.0
_CHUNK_BYTES = 65_536


class SlowAnswers:
    """Passes a free loopback port on to another one, answers later than requests."""

    def __init__(self, port: int) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection(("127.0.0.1", port)) as server:
                    there = threading.Thread(target=_pass_on, args=(self.request, server, 0.0))
                    there.start()
                    _pass_on(server, self.request, HELD_SECONDS)
                    there.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _pass_on(source: socket.socket, target: socket.socket, held_seconds: float) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            if held_seconds:
                threading.Event().wait(held_seconds)
            target.sendall(chunk)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
