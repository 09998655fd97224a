"""How the server logs: one JSON line per fact, without secrets.

The web server logs the whole request line of a stream, its token included. So redaction is done
twice: on the loggers of the web server, whoever set them up, and in the last step of our own
formatter, where tracebacks are text as well.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, TextIO

_SECRETS = (
    re.compile(r"(?i)((?:token|ticket|password|secret|api_key)=)[^&\s\"'<>]+"),
    re.compile(r"(?i)(bearer\s+)[^\s\"',]+"),
    re.compile(r"(?i)([\"'](?:\w*token|password|\w*secret|ticket)[\"']\s*:\s*[\"'])[^\"']+"),
    re.compile(r"()\beyJ[\w-]+\.[\w-]*\.?[\w-]*"),
    re.compile(r"()\bir[ert]_[\w-]{20,}"),
)
_REDACTED_LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets.server")


def redact(text: str) -> str:
    """The text with what looks like a secret taken out."""
    for secret in _SECRETS:
        text = secret.sub(r"\1[redacted]", text)
    return text


class RedactingFilter(logging.Filter):
    """Takes secrets out of a record, its arguments included, before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                redact(argument) if isinstance(argument, str) else argument
                for argument in record.args
            )
        if isinstance(record.msg, str):
            record.msg = redact(record.msg)
        return True


class JsonFormatter(logging.Formatter):
    """One line of ASCII per record: what came from outside cannot forge a second one."""

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


class HeldBackHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr, but nothing before `let_go`: the first line belongs to someone else."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[logging.LogRecord] | None = []

    def emit(self, record: logging.LogRecord) -> None:
        if self._held is None:
            super().emit(record)
        else:
            self._held.append(record)

    def let_go(self) -> None:
        """Write what was held back, and from now on everything at once."""
        held, self._held = self._held or [], None
        for record in held:
            super().emit(record)


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


def log_config(level: str, *, access_log: bool) -> dict[str, Any]:
    """The configuration of all logging in the server's own process; held back until released."""
    web_server_level = level if level == "DEBUG" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"()": HeldBackHandler, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "alembic": {"level": "WARNING"},
            "uvicorn.error": {"level": web_server_level},
            "uvicorn.access": {"level": "INFO" if access_log else "WARNING"},
        },
    }
