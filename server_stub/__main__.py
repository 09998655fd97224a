"""The command line of the server: one process, one port, one database.

Prints where it listens once it really does, and then what a first start made up: both for whoever
started it. Neither goes through logging: logs are kept, and a password that was shown must not be.
"""

import argparse
import asyncio
import errno
import gc
import logging
import logging.config
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from server_stub.api.http_socket import uvicorn_http_settings
from server_stub.api.stream_socket import uvicorn_stream_settings
from server_stub.app import create_app
from server_stub.descriptors import PausingListener, make_room_for
from server_stub.errors import Refusal
from server_stub.logs import log_config, release_logs
from server_stub.security.directory import FIRST_TOKEN, FIRST_USER, MadeUp
from server_stub.settings import SQLITE_PREFIX, ServerSettings

logger = logging.getLogger("server_stub")

_GRACE_SECONDS = 5
_KEEP_ALIVE_SECONDS = 75
_BACKLOG = 2048
_MAX_PORT = 65_535
_STDIN = 0
_SWITCH_SECONDS = 0.001
# Thousands of rows at once are no garbage in cycles: by default the collector looks through them
# every 700 objects (measured: 130 times in a replay of 10,000 alerts, and a tenth of its time).
_OBJECTS_BETWEEN_COLLECTIONS = 10_000


@dataclass(slots=True)
class _Announcement:
    """What whoever started the server is told when it is up."""

    url: str
    secrets_path: Path
    made_up: MadeUp = field(default_factory=MadeUp)

    def note(self, made_up: MadeUp) -> None:
        self.made_up = made_up

    def lines(self, *, is_terminal: bool) -> list[str]:
        """The lines to print; off a terminal the secrets go to a file of their owner's.

        What is not a terminal is a log, sooner or later, and logs are kept.
        """
        listening = f"listening on {self.url}"
        secrets = self._secrets()
        if not secrets:
            return [listening]
        if is_terminal:
            return [listening, *secrets, "These are shown this once; keep them."]
        descriptor = os.open(self.secrets_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as file:
            file.writelines(f"{line}\n" for line in secrets)
        return [listening, f"first password and token: {self.secrets_path} (read it, remove it)"]

    def _secrets(self) -> list[str]:
        lines = []
        if self.made_up.admin_password:
            lines.append(f"user {FIRST_USER}, password {self.made_up.admin_password}")
        if self.made_up.ingest_token:
            lines.append(f"endpoint token {FIRST_TOKEN}: {self.made_up.ingest_token}")
        return lines


class _Server(uvicorn.Server):
    """Says where it listens once it takes connections."""

    def __init__(self, config: uvicorn.Config, announcement: _Announcement) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _say(*self._announcement.lines(is_terminal=sys.stderr.isatty()))
        release_logs()
        # What was imported stays: looking through it again costs each full collection 100 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)

    def stop(self, *_signal: object) -> None:
        self.should_exit = True

    def stop_when_stdin_closes(self) -> None:
        """Stop when whoever started us is gone, however it went."""

        def wait() -> None:
            try:
                while os.read(_STDIN, 4096):
                    pass
            finally:
                self.stop()

        threading.Thread(target=wait, name="stdin", daemon=True).start()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop; returns the exit code."""
    options = _options(arguments)
    try:
        settings = _settings(options)
        with _listen(options.host, options.port) as listener:
            _require_privacy(settings, listener)
            return _serve(settings, listener, until_stdin_closes=options.until_stdin_closes)
    except ValidationError as error:
        _say("cannot start, correct these settings:", *_settings_lines(error))
    except (OSError, ValueError, Refusal) as error:
        _say(f"cannot start: {error}")
    return 1


def _serve(settings: ServerSettings, listener: socket.socket, *, until_stdin_closes: bool) -> int:
    # Threads that read and write give up the interpreter lock at every row; by default each may
    # wait 5 ms to get it back from a busy event loop (measured: 17 to 300 us a row, 7 with this).
    sys.setswitchinterval(_SWITCH_SECONDS)
    logging.config.dictConfig(
        log_config(
            settings.log_level, access_log=settings.access_log, log_format=settings.log_format
        )
    )
    _make_room(settings)
    database = settings.database_path
    announcement = _Announcement(
        _url(listener, settings), database.with_name(f"{database.name}.first-start")
    )
    app = create_app(settings, on_first_start=announcement.note)
    server = _Server(_loaded(_uvicorn_config(app, settings)), announcement)
    # uvicorn raises the signal that stopped it once more at its end: before our parts are closed.
    signal.signal(signal.SIGTERM, server.stop)
    signal.signal(signal.SIGINT, server.stop)
    if until_stdin_closes:
        server.stop_when_stdin_closes()
    try:
        asyncio.run(_run(app, server, listener))
    finally:
        release_logs()
    return 0


def _make_room(settings: ServerSettings) -> None:
    wanted = settings.http_connections + settings.stream_connections
    if (room := make_room_for(wanted)) < wanted:
        logger.warning(
            "there may be %d connections, of %d by the settings: raise the limit of open files",
            room,
            wanted,
        )


async def _run(app: FastAPI, server: _Server, listener: socket.socket) -> None:
    # Not left to uvicorn: what keeps us from starting is to be said in a sentence.
    async with app.router.lifespan_context(app):
        await server.serve([listener])


def _uvicorn_config(app: FastAPI, settings: ServerSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        # On by default, and believes what any local process says about its address. Whom to believe
        # is a setting of ours, read where addresses are.
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        **uvicorn_http_settings(settings),
        **uvicorn_stream_settings(settings),
    )


def _loaded(config: uvicorn.Config) -> uvicorn.Config:
    """The configuration with its certificate read: here, where what is wrong can be said."""
    try:
        config.load()
    except ssl.SSLError as error:
        raise ValueError(
            "IR_SERVER_TLS_CERTIFICATE and IR_SERVER_TLS_KEY hold no certificate and its key"
        ) from error
    return config


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m server_stub",
        description="A real IR Central backend, small enough to bundle.",
        epilog="Settings come from IR_SERVER_*, DATABASE_URL and SECRET_KEY.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
    parser.add_argument("--database", metavar="URL", help=f"{SQLITE_PREFIX}PATH")
    parser.add_argument(
        "--without-tls",
        action="store_true",
        help="listen beyond this machine without TLS: a proxy in front has it",
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="stop when standard input ends: when whoever started the server is gone",
    )
    return parser.parse_args(arguments)


def _settings(options: argparse.Namespace) -> ServerSettings:
    given: dict[str, Any] = {"database_url": options.database} if options.database else {}
    if options.without_tls:
        given["without_tls"] = True
    return ServerSettings(**given)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _MAX_PORT:
        raise OSError(f"a port is a number from 0 to {_MAX_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        # asyncio does this for sockets it makes itself. Without it the second half of an answer
        # waits 40 ms for an acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return PausingListener.of(listener)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OSError(f"port {port} is in use; choose another with --port, 0 is any") from error
        raise


def _require_privacy(settings: ServerSettings, listener: socket.socket) -> None:
    """Refuse to let passwords cross a network in clear, unless told in so many words."""
    host = listener.getsockname()[0]
    if settings.has_tls or settings.without_tls or ip_address(host).is_loopback:
        return
    raise ValueError(
        f"other machines reach {host}, and passwords would cross the network in clear; set "
        "IR_SERVER_TLS_CERTIFICATE and IR_SERVER_TLS_KEY, or where a proxy in front has TLS, "
        "say --without-tls"
    )


def _url(listener: socket.socket, settings: ServerSettings) -> str:
    scheme = "https" if settings.has_tls else "http"
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _settings_lines(error: ValidationError) -> list[str]:
    """The refused settings by the names that an operator gave them."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        if not problem["loc"]:
            lines.append(f"  {problem['msg']}")
            continue
        name = str(problem["loc"][0])
        prefix = ServerSettings.model_config["env_prefix"]
        shown = name.upper() if name.isupper() else f"{prefix}{name}".upper()
        lines.append(f"  {shown}: {problem['msg']}")
    return lines


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - for the terminal, unlogged


if __name__ == "__main__":
    sys.exit(main())
