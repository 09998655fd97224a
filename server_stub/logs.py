"""How the server logs: one line per fact, for programs or for people, without secrets.

A line of a request or stream has its id. What came from outside is escaped in both kinds of line:
it cannot forge a second one, nor reach the terminal that shows it.

The web server logs the whole request line of a stream, its token included. So redaction is done
twice: on the loggers of the web server, whoever set them up, and in the last step of our own
formatter, where tracebacks are text as well.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

from server_stub.log_lines import LineWriter

_SECRETS = (
    re.compile(r"(?i)((?:token|ticket|password|secret|api_key)=)[^&\s\"'<>]+"),
    re.compile(r"(?i)(bearer\s+)[^\s\"',]+"),
    re.compile(r"(?i)([\"'](?:\w*token|password|\w*secret|ticket)[\"']\s*:\s*[\"'])[^\"']+"),
    re.compile(r"()\beyJ[\w-]+\.[\w-]*\.?[\w-]*"),
    re.compile(r"()\bir[ert]_[\w-]{20,}"),
)
# What any client can bring about at will is no error of ours, and fills no log.
_FAULTS_OF_CLIENTS = ("Invalid UTF-8 sequence received from client.",)
_REDACTED_LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets.server")

ACCESS_LOGGER = "server_stub.access"
LogFormat = Literal["json", "text"]
STDERR = 2
_LOST = "%d lines of the log were lost: nobody took them in time"

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


@contextmanager
def logged_as(request_id: str) -> Iterator[None]:
    """Put this id into each line that is logged inside."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def redact(text: str) -> str:
    """The text with what looks like a secret taken out."""
    for secret in _SECRETS:
        text = secret.sub(r"\1[redacted]", text)
    return text


class RedactingFilter(logging.Filter):
    """Takes secrets out of a record, its arguments included, before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg in _FAULTS_OF_CLIENTS:
            return False
        if isinstance(record.args, tuple):
            record.args = tuple(
                redact(argument) if isinstance(argument, str) else argument
                for argument in record.args
            )
        if isinstance(record.msg, str):
            record.msg = redact(record.msg)
        return True


class RequestIdFilter(logging.Filter):
    """Notes on a record which request it is about, while that is known."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = _request_id.get()
        return True


class LineFormatter(logging.Formatter):
    """One line per record for people; a traceback stands behind it, its lines parted by bars."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(" ", timespec="milliseconds")
        request_id = getattr(record, "request_id", None) or "-"
        parts = [f"{at} {record.levelname} {record.name} [{request_id}] {record.getMessage()}"]
        if record.exc_info:
            parts += self.formatException(record.exc_info).splitlines()
        return redact(" | ".join(_printable(part) for part in parts))


def _printable(text: str) -> str:
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


class JsonFormatter(logging.Formatter):
    """One line of ASCII per record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id := getattr(record, "request_id", None):
            line["request_id"] = request_id
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(line)


class HeldBackHandler(logging.Handler):
    """Writes to stderr, but nothing before `let_go`: the first line belongs to someone else."""

    def __init__(self, descriptor: int = STDERR) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._held: list[logging.LogRecord] | None = []
        self._lines: LineWriter | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._held is None:
            self._write(record)
        else:
            self._held.append(record)

    def let_go(self) -> None:
        """Write what was held back, and from now on everything at once."""
        held, self._held = self._held or [], None
        for record in held:
            self._write(record)

    def close(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.close()
        super().close()

    def _write(self, record: logging.LogRecord) -> None:
        if self._lines is None:
            self._lines = LineWriter(self._descriptor, self._said_of_lost)
        self._lines.put(self.format(record))

    def _said_of_lost(self, count: int) -> str:
        return self.format(
            logging.LogRecord(__name__, logging.WARNING, "", 0, _LOST, (count,), None)
        )


def release_logs() -> None:
    """Let go of what `log_config` holds back."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, HeldBackHandler):
            handler.let_go()


def redact_web_server_logs() -> None:
    """Keep tokens out of what the web server logs, however its logging was set up."""
    for name in _REDACTED_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, RedactingFilter) for one in logger.filters):
            logger.addFilter(RedactingFilter())


def log_config(level: str, *, access_log: bool, log_format: LogFormat = "json") -> dict[str, Any]:
    """The configuration of all logging in the server's own process; held back until released.

    `access_log` is ours, told by whoever answers: the web server's knows no request id.
    """
    # Never DEBUG: the web server would log each frame of each stream, whole.
    web_server_level = "INFO" if level == "DEBUG" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}, "text": {"()": LineFormatter}},
        "filters": {"request_id": {"()": RequestIdFilter}},
        "handlers": {
            "stderr": {"()": HeldBackHandler, "formatter": log_format, "filters": ["request_id"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "alembic": {"level": "WARNING"},
            "uvicorn.error": {"level": web_server_level},
            ACCESS_LOGGER: {"level": "INFO" if access_log else "WARNING"},
        },
    }
