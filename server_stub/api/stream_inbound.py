"""Decide what an inbound frame of the stream is: a command, a mistake, or part of a flood.

A mistake gets an error frame, and so does a command beyond the rate; who keeps on making them is
a flood. Reads no clock: the time is an argument.
"""

from pydantic import ValidationError

from ir_client.wire.commands import Command, decode_command
from ir_client.wire.protocol2 import MAX_REQUEST_ID_LENGTH
from server_stub.domain.rate_limit import TokenBucket
from server_stub.domain.strict_json import MalformedJsonError, flaw_in, parse_json
from server_stub.errors import Invalid, MalformedBody, RateLimited, Refusal
from server_stub.hub import StreamLimits

_MAX_SHOWN_MESSAGE = 500


class FloodError(Exception):
    """More refused frames than anyone makes by mistake."""


class InboundGate:
    """What one connection may still send."""

    def __init__(self, limits: StreamLimits, now: float) -> None:
        self._commands = TokenBucket(limits.commands, now)
        self._refusals = TokenBucket(limits.refusals, now)

    def admit(self, frame: str | None, now: float) -> Command:
        """The command in `frame`, None being one that is no text. Raises Refusal."""
        if not self._commands.take(now):
            raise RateLimited(
                "Too many commands; wait a moment.",
                retry_after_seconds=self._commands.seconds_until_token(now),
            )
        if frame is None:
            raise MalformedBody("Send commands as text frames of JSON.")
        return read_command(frame)

    def refuse(self, refusal: Refusal, now: float) -> str:
        """The message for a refused frame. Raises FloodError when there were too many."""
        if not self._refusals.take(now):
            raise FloodError
        return refusal.message[:_MAX_SHOWN_MESSAGE]


def read_command(frame: str) -> Command:
    """The command in a text frame. Raises MalformedBody or Invalid."""
    try:
        parsed = parse_json(frame.encode())
    except MalformedJsonError:
        raise MalformedBody("This is no JSON.") from None
    if flaw := flaw_in(parsed.value, suspicious=parsed.suspicious):
        raise Invalid.field(msg=flaw)
    if not isinstance(parsed.value, dict):
        raise Invalid.field(msg="A command is a JSON object.")
    try:
        return decode_command(parsed.value)
    except ValidationError as error:
        raise _mistake(error) from None


def request_id_in(frame: str | None) -> str | None:
    """The name that a client of protocol 2 gave its command, also where the command is a mistake.

    Beside `type`, or among the arguments. What is no text, or too long, names nothing.
    """
    try:
        value = parse_json((frame or "").encode()).value
    except (MalformedJsonError, UnicodeEncodeError):
        return None
    if not isinstance(value, dict):
        return None
    data = value.get("data")
    arguments = data if isinstance(data, dict) else {}
    named = value.get("request_id", arguments.get("request_id"))
    is_name = isinstance(named, str) and 0 < len(named) <= MAX_REQUEST_ID_LENGTH
    return str(named) if is_name else None


def _mistake(error: ValidationError) -> Invalid:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"].startswith("union_tag"):
        known = first.get("ctx", {}).get("expected_tags", "see the protocol")
        return Invalid.field("type", msg=f"Unknown command; known are {known}.")
    return Invalid.of(error)
