import errno

import pytest

from ir_client import errors
from ir_console.cli.exits import INTERRUPTED, ExitCode, UsageProblem, errors_as_exits, exit_code_of


def refused(kind: type[errors.APIStatusError], status: int) -> errors.APIStatusError:
    return kind("The server refused", status=status, request_id="r-1")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageProblem("x"), 2),
        (errors.ConfigError("x"), 2),
        (refused(errors.AuthenticationError, 401), 3),
        (refused(errors.PermissionDenied, 403), 3),
        (errors.AuthRejected("x"), 3),
        (errors.ConnectError("x"), 4),
        (errors.RequestTimeout("x"), 4),
        (errors.TLSError("x"), 4),
        (errors.GaveUp("x"), 4),
        (refused(errors.NotFound, 404), 5),
        (refused(errors.ConflictError, 409), 6),
        (errors.ChangedSince("x", status=412), 6),
        (refused(errors.ValidationFailed, 422), 1),
        (refused(errors.ServerError, 500), 1),
        (errors.InvalidResponse("x"), 1),
    ],
)
def test_each_error_has_the_exit_code_of_the_contract(error: errors.IRError, code: int) -> None:
    assert exit_code_of(error) == code


def exit_of(error: BaseException, *, debug: bool = False) -> int:
    with pytest.raises(SystemExit) as ended, errors_as_exits(debug=debug):
        raise error
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_an_error_is_one_line_with_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of(refused(errors.NotFound, 404)) == ExitCode.NOT_FOUND
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "ir-console: The server refused. Check the number: it does not exist, or you may not "
        "see it. [request r-1]\n"
    )


def test_an_error_inside_task_groups_is_told_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    inner = errors.ConnectError("Nobody listens")
    group = BaseExceptionGroup("tasks", [BaseExceptionGroup("inner", [inner])])
    assert exit_of(group) == ExitCode.UNREACHABLE
    assert "Nobody listens." in capsys.readouterr().err


def test_debug_shows_where_an_error_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    exit_of(errors.ConnectError("Nobody listens"), debug=True)
    assert "Traceback" in capsys.readouterr().err


def test_a_message_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    exit_of(errors.ConnectError("\x1b]2;pwned\x07\nsecond line"))
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert told.count("\n") == 1


def test_an_unforeseen_error_does_not_quote_what_it_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_of(RuntimeError("password=hunter2")) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "--debug" in told
    assert "hunter2" not in told


def test_a_full_disk_is_said_and_not_called_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of(OSError(errno.ENOSPC, "No space left on device")) == ExitCode.FAILED
    assert "No space left on device" in capsys.readouterr().err


def test_an_interrupt_has_its_own_code() -> None:
    assert exit_of(KeyboardInterrupt()) == INTERRUPTED


def test_an_exit_passes_unchanged() -> None:
    assert exit_of(SystemExit(6)) == 6
