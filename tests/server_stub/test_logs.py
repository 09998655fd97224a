import json
import logging
import sys

import pytest

from server_stub.logs import (
    HeldBackHandler,
    JsonFormatter,
    LineFormatter,
    RedactingFilter,
    RequestIdFilter,
    log_config,
    logged_as,
    redact,
    redact_web_server_logs,
)

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
ENDPOINT_TOKEN = "ire_abcdefghijklmnopqrstuvwxyz0123456789"
TICKET = "irt_abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f'"WebSocket /ws/incidents?token={JWT}" [accepted]',
        "GET /ws/incidents?x=1&token=opaque-secret&y=2",
        "GET /ws/incidents?ticket=opaque-secret HTTP/1.1",
        "Authorization: Bearer opaque-secret",
        "authorization=bearer   opaque-secret",
        '{"refresh_token": "opaque-secret"}',
        "{'password': 'opaque-secret'}",
        "password=opaque-secret",
        f"a stray {JWT} in a sentence",
        f"a stray {ENDPOINT_TOKEN} in a sentence",
        f"a stray {TICKET} in a sentence",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str) -> None:
    redacted = redact(text)
    assert "[redacted]" in redacted
    assert not any(secret in redacted for secret in ("opaque-secret", JWT, ENDPOINT_TOKEN, TICKET))


@pytest.mark.parametrize("text", ["alert 7 changed", "GET /alerts?search=token HTTP/1.1", ""])
def test_the_rest_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def a_record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("uvicorn.error", logging.INFO, "", 0, message, arguments, None)


def test_a_filter_redacts_the_message_and_its_arguments() -> None:
    record = a_record('%s - "WebSocket %s" [accepted]', "client", f"/ws/incidents?token={JWT}")
    assert RedactingFilter().filter(record)
    assert JWT not in record.getMessage()
    assert "client" in record.getMessage()


def test_abuse_62_a_line_is_one_line_whatever_is_in_it() -> None:
    line = JsonFormatter().format(a_record("title: %s", 'x\r\n{"level": "FATAL"}\x1b[2J\u2028é'))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["level"] == "INFO"


def test_abuse_62_a_line_for_people_holds_nothing_that_moves_their_terminal() -> None:
    line = LineFormatter().format(a_record("title: %s", "x\r\n\x1b[2J\x9b\u202e\ud800 é ok"))
    assert line.isprintable()
    assert line.endswith(r"title: x\r\n\x1b[2J\x9b\u202e\ud800 é ok")


@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
def test_a_traceback_is_redacted_too_and_stays_in_the_line(formatter: logging.Formatter) -> None:
    record = a_record("failed")
    try:
        raise ValueError(f"token={JWT}\nsecond line")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = formatter.format(record)
    assert "ValueError" in line
    assert JWT not in line
    assert line.isprintable()


@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
def test_a_line_has_the_id_of_the_request_it_is_about(formatter: logging.Formatter) -> None:
    with logged_as("trace-7"):
        with logged_as("trace-8"):
            inner = a_record("inner")
            RequestIdFilter().filter(inner)
        outer = a_record("outer")
        RequestIdFilter().filter(outer)
    beside = a_record("beside")
    RequestIdFilter().filter(beside)
    assert "trace-8" in formatter.format(inner)
    assert "trace-7" in formatter.format(outer)
    assert "trace" not in formatter.format(beside)


@pytest.mark.parametrize(("level", "web_server"), [("DEBUG", "INFO"), ("INFO", "WARNING")])
def test_the_web_server_never_logs_whole_frames(level: str, web_server: str) -> None:
    config = log_config(level, access_log=False)
    assert config["loggers"]["uvicorn.error"]["level"] == web_server


def test_what_is_held_back_is_written_in_order_once_it_is_let_go(
    capfd: pytest.CaptureFixture[str],
) -> None:
    handler = HeldBackHandler()
    handler.handle(a_record("first"))
    assert capfd.readouterr().err == ""
    handler.let_go()
    handler.handle(a_record("second"))
    handler.close()
    assert capfd.readouterr().err == "first\nsecond\n"


def test_the_web_servers_loggers_are_filtered_once() -> None:
    redact_web_server_logs()
    redact_web_server_logs()
    for name in ("uvicorn.error", "uvicorn.access"):
        filters = logging.getLogger(name).filters
        assert sum(isinstance(one, RedactingFilter) for one in filters) == 1


def test_a_loss_is_said_in_the_format_of_the_log() -> None:
    handler = HeldBackHandler()
    handler.setFormatter(JsonFormatter())
    said = json.loads(handler._said_of_lost(7))
    assert (said["level"], said["message"].split()[0]) == ("WARNING", "7")
