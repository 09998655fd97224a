"""Exit codes, and how an error is told to a person: what happened, then what to do next."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import TypeVar

from ir_client import errors
from ir_console.safe_text import safe_text


class ExitCode(IntEnum):
    """What a program that called us can rely on (contract, section 6)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_AUTHORISED = 3
    UNREACHABLE = 4
    NOT_FOUND = 5
    CONFLICT = 6


INTERRUPTED = 130

_Error = TypeVar("_Error", bound=BaseException)

_CODES: tuple[tuple[tuple[type[errors.IRError], ...], ExitCode], ...] = (
    (
        (errors.AuthenticationError, errors.PermissionDenied, errors.AuthRejected),
        ExitCode.NOT_AUTHORISED,
    ),
    ((errors.TransportError, errors.GaveUp), ExitCode.UNREACHABLE),
    ((errors.NotFound,), ExitCode.NOT_FOUND),
    ((errors.ConflictError, errors.ChangedSince), ExitCode.CONFLICT),
    ((errors.ConfigError, errors.QueryError), ExitCode.USAGE),
)


class UsageProblem(errors.IRError):
    """What was asked for cannot be done like this; exit code 2."""


def exit_code_of(error: errors.IRError) -> ExitCode:
    """The exit code that tells this error apart from others."""
    if isinstance(error, UsageProblem):
        return ExitCode.USAGE
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    return ExitCode.FAILED


def told(error: errors.IRError, *, hint: str | None = None) -> str:
    """The error as one line: what happened, what to do, and the server's number for it.

    `hint` is what to do where it is not what the error says.
    """
    request_id = getattr(error, "request_id", None)
    number = f" [request {request_id}]" if request_id else ""
    said = str(error).rstrip(".")
    stop = "" if said.endswith(("?", "!")) else "."
    return safe_text(f"{said}{stop} {hint or error.hint}{number}")


def finish_output() -> None:
    """Hand over what stdout still holds, while what goes wrong with it can be told.

    A reader that has gone is no error: it has read what it wanted.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output()


def drop_output() -> None:
    """Let Python, which flushes stdout once more at its end, find nothing to complain of."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def errors_as_exits(*, debug: bool) -> Iterator[None]:
    """Turn an error into one line on stderr and an exit code."""
    code: int
    try:
        yield
    except* errors.IRError as group:
        error = next(_leaves(group))
        if debug:
            _print_traceback(error)
        sys.stderr.write(f"ir-console: {told(error)}\n")
        code = exit_code_of(error)
    except* OSError as group:
        if debug:
            _print_traceback(group)
        with suppress(OSError, ValueError):
            drop_output()
        sys.stderr.write(f"ir-console: {safe_text(_os_problem(next(_leaves(group))))}\n")
        code = ExitCode.FAILED
    except* KeyboardInterrupt:
        code = INTERRUPTED
    except* Exception as group:  # noqa: BLE001 # the outermost edge of the program
        if debug:
            _print_traceback(group)
        # Only its kind: the text of an error that nobody foresaw may quote anything.
        sys.stderr.write(
            f"ir-console: {type(next(_leaves(group))).__name__}, which should not happen. "
            "Run it again as `ir-console --debug …` and report what it shows.\n"
        )
        code = ExitCode.FAILED
    else:
        return
    raise SystemExit(code)


def _os_problem(error: OSError) -> str:
    problem = error.strerror or type(error).__name__
    where = f"{error.filename}: " if isinstance(error.filename, str) else ""
    return f"{where}{problem}. Mend that, then run it again."


def _print_traceback(error: BaseException) -> None:
    import traceback  # when first needed: `--help` does not wait for it

    traceback.print_exception(error, file=sys.stderr)


def _leaves(group: BaseExceptionGroup[_Error]) -> Iterator[_Error]:
    for inner in group.exceptions:
        if isinstance(inner, BaseExceptionGroup):
            yield from _leaves(inner)
        else:
            yield inner
