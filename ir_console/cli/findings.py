"""What `doctor` finds: each finding ok, a warning or a failure, with what to do.

Decides what a number, a date or an environment means; looks at nothing itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ir_console.model.format import long_age, moment

from .exits import ExitCode


class Verdict(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `do` says what to do, where something is to be done."""

    name: str
    verdict: Verdict
    said: str
    do: str = ""
    code: ExitCode = ExitCode.FAILED

    def as_document(self) -> dict[str, Any]:
        """The finding for programs."""
        return {"name": self.name, "verdict": self.verdict, "said": self.said, "do": self.do}


def ok(name: str, said: str) -> Finding:
    """All is well."""
    return Finding(name, Verdict.OK, said)


def warn(name: str, said: str, do: str) -> Finding:
    """It works, and may not for long, or not well."""
    return Finding(name, Verdict.WARN, said, do)


def fail(name: str, said: str, do: str, code: ExitCode = ExitCode.FAILED) -> Finding:
    """It does not work."""
    return Finding(name, Verdict.FAIL, said, do, code)


SKEW_SECONDS = 5.0
_EXPIRY_DAYS = 14
_LEAST_COLUMNS, _LEAST_LINES = 60, 15
_DAY = 86_400


def of_clock(skew_seconds: float) -> Finding:
    """Our clock against the server's; positive is ahead. A `Date` header has whole seconds."""
    if abs(skew_seconds) < SKEW_SECONDS:
        return ok("clock", f"within {SKEW_SECONDS:.0f} s of the server's")
    which = "ahead of" if skew_seconds > 0 else "behind"
    said = f"{long_age(abs(skew_seconds))} {which} the server's"
    return warn("clock", said, "Ages and deadlines are wrong: have both set by NTP (timedatectl).")


def of_certificate(expires: datetime, issuer: str, now: datetime) -> Finding:
    """A certificate that was verified."""
    left = (expires - now).total_seconds()
    until = f"of {issuer or 'an unnamed issuer'}, good until {moment(expires)}"
    if left < _EXPIRY_DAYS * _DAY:
        return warn(
            "certificate", f"{until}, {long_age(left)} from now", "Have it renewed in time."
        )
    return ok("certificate", until)


def of_expiry(name: str, said: str, expires: datetime | None, now: datetime) -> Finding:
    """A token that nobody renews."""
    if expires is None:
        return ok(name, f"{said}, without an end")
    left = (expires - now).total_seconds()
    said = f"{said}, until {moment(expires)}"
    if left <= 0:
        return fail(name, said, "It has expired: use another one.", ExitCode.NOT_AUTHORISED)
    if left < _EXPIRY_DAYS * _DAY:
        do = "Nobody renews it: have another one at hand."
        return warn(name, f"{said}, {long_age(left)} from now", do)
    return ok(name, said)


def of_terminal(
    env: Mapping[str, str], *, size: tuple[int, int] | None, encoding: str
) -> Iterator[Finding]:
    """What the console will have to work with; `size` is None off a terminal."""
    if size is None:
        yield ok("terminal", "standard output is none here; the console needs one")
        return
    yield _of_size(*size)
    yield _of_encoding(encoding)
    term = env.get("TERM", "")
    if term in ("", "dumb"):
        do = "Set TERM to what it is, such as xterm-256color."
        yield warn("colours", f"TERM is {term or 'not set'}", do)
    else:
        yield _of_colours(env, term)
    if "TMUX" in env:
        yield _of_tmux(term)


def _of_size(columns: int, lines: int) -> Finding:
    said = f"{columns}x{lines}"
    if columns < _LEAST_COLUMNS or lines < _LEAST_LINES:
        do = f"The console needs {_LEAST_COLUMNS}x{_LEAST_LINES}: make it larger."
        return warn("terminal", said, do)
    return ok("terminal", said)


def _of_encoding(encoding: str) -> Finding:
    if encoding.lower().replace("-", "") == "utf8":
        return ok("encoding", "UTF-8")
    do = "Signs will be wrong: set LANG to a UTF-8 locale, such as C.UTF-8."
    return warn("encoding", encoding or "unknown", do)


def _of_colours(env: Mapping[str, str], term: str) -> Finding:
    if env.get("NO_COLOR"):
        return ok("colours", "greys, since NO_COLOR is set")
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ok("colours", f"16 million ({term})")
    if "256" in term:
        return ok("colours", f"256 ({term})")
    do = "If it can do more, set TERM=xterm-256color or COLORTERM=truecolor."
    return warn("colours", f"few ({term})", do)


def _of_tmux(term: str) -> Finding:
    if term.startswith(("tmux", "screen")) and "256" in term:
        return ok("tmux", f"inside of it, as {term}")
    do = "In ~/.tmux.conf: set -g default-terminal tmux-256color, then a new window."
    return warn("tmux", f"inside of it, but TERM is {term or 'not set'}", do)


def exit_code(findings: "list[Finding]") -> ExitCode:
    """That of the first failure: what comes later may follow from it."""
    failed = (one.code for one in findings if one.verdict is Verdict.FAIL)
    return next(failed, ExitCode.DONE)
