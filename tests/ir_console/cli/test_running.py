import io
import json
from pathlib import Path
from typing import Any

import pytest

from ir_client.wire.events import AlertUpdated, NewAlert
from ir_console.cli.exits import UsageProblem
from ir_console.cli.output import Output
from ir_console.cli.running import (
    WAITING_FOR_EACH,
    Command,
    CommandRunner,
    Outcomes,
    command_from,
    environment_of,
)
from tests.support.builders import an_alert


def a_new(number: int, **fields: Any) -> NewAlert:
    return NewAlert(type="new_alert", data=an_alert(id=number, **fields))


def a_change(number: int, **fields: Any) -> AlertUpdated:
    return AlertUpdated(type="alert_updated", data=an_alert(id=number, **fields))


class Ran:
    """Commands that were run, and what was said of them."""

    def __init__(self, script: str, **options: Any) -> None:
        self.said = io.StringIO()
        output = Output(io.StringIO(), self.said, env={})
        self.runner = CommandRunner(Command(("sh", "-c", script), **options), output)

    async def all(self, *events: NewAlert | AlertUpdated) -> list[str]:
        async with self.runner.open():
            for event in events:
                await self.runner.hand_over(event)
        said = self.said.getvalue().splitlines()
        return [line for line in said if not line.startswith("Waiting for ")]


async def test_the_alert_is_on_standard_input_and_safe_values_in_the_environment(
    tmp_path: Path,
) -> None:
    evil = "$(touch pwned); `x` \n"
    out = tmp_path / "out"
    ran = Ran(f'cat > {out}; echo "$IR_ALERT_ID $IR_ALERT_SEVERITY $IR_ALERT_EVENT" >> {out}')
    said = await ran.all(a_new(7, title=evil, severity="high"))
    alert, values = out.read_text().splitlines()
    assert json.loads(alert)["title"] == evil
    assert values == "7 high new"
    assert said == ["1 command run, 0 failed."]


def test_what_an_alert_says_is_in_no_variable() -> None:
    evil = "x; touch pwned"
    event = a_change(7, title=evil, severity=evil, status=evil, source=evil)
    found = environment_of(event, {"PATH": "/bin"})
    assert not any(evil in value for value in found.values())
    assert (found["IR_ALERT_SEVERITY"], found["IR_ALERT_STATUS"]) == ("unknown", "unknown")
    assert (found["IR_ALERT_EVENT"], found["PATH"]) == ("changed", "/bin")


async def test_commands_of_one_alert_run_in_order_and_of_others_side_by_side(
    tmp_path: Path,
) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    # The first one of alert 1 waits for alert 2: it must not be behind it.
    script = (
        f'read -r alert; s="$IR_ALERT_ID $IR_ALERT_STATUS"; '
        f'if [ "$s" = "1 new" ]; then until [ -e {gate} ]; do sleep 0.01; done; fi; '
        f'echo "$s" >> {log}; '
        f'if [ "$s" = "2 new" ]; then : > {gate}; fi'
    )
    ran = Ran(script, at_once=2, seconds=20.0)
    await ran.all(a_new(1), a_change(1, status="triaged"), a_change(1, status="closed"), a_new(2))
    lines = log.read_text().splitlines()
    assert [line for line in lines if line.startswith("1")] == ["1 new", "1 triaged", "1 closed"]
    assert lines[0] == "2 new"


async def test_no_more_than_asked_for_run_at_once(tmp_path: Path) -> None:
    script = f"mkdir {tmp_path}/one || exit 9; sleep 0.01; rmdir {tmp_path}/one"
    ran = Ran(script, at_once=1)
    await ran.all(*(a_new(number) for number in range(1, 6)))
    assert ran.runner.outcomes == Outcomes(done=5)


@pytest.mark.parametrize(
    ("script", "told"),
    [("exit 3", "it ended with code 3"), ("kill -9 $$", "it ended with SIGKILL")],
)
async def test_a_command_that_fails_is_told_counted_and_stops_nothing(
    script: str, told: str
) -> None:
    ran = Ran(f'[ "$IR_ALERT_ID" = 1 ] && {{ {script}; }}; true')
    assert await ran.all(a_new(1), a_new(2)) == [
        f"sh for alert 1: {told}",
        "2 commands run, 1 failed.",
    ]


async def test_a_command_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    ran = Ran(f"sleep 300 & echo $! > {pid}; wait", seconds=0.3)
    said = await ran.all(a_new(1))
    assert said[0] == "sh for alert 1: it took longer than 0.3 s and was ended"
    stat = Path("/proc") / pid.read_text().strip() / "stat"
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


async def test_slow_commands_hold_the_stream_up_and_say_so_once(tmp_path: Path) -> None:
    ran = Ran("sleep 0.01", at_once=1)
    alerts = [a_new(number) for number in range(2 * (1 + WAITING_FOR_EACH))]
    said = await ran.all(*alerts)
    assert sum("slower than the alerts" in line for line in said) == 1
    assert ran.runner.outcomes.done == len(alerts)


async def test_a_command_need_not_read_its_input() -> None:
    ran = Ran("exec <&-; true")
    await ran.all(a_new(1, description="x" * 1_000_000))
    assert ran.runner.outcomes.failed == 0


@pytest.mark.parametrize("text", ["", "no-such-program-here x", "sh 'open"])
def test_what_cannot_be_run_is_refused_at_once(text: str) -> None:
    with pytest.raises(UsageProblem, match="--exec"):
        command_from(text, at_once=1, seconds=1.0)


def test_a_command_is_cut_into_words_and_no_shell_reads_it() -> None:
    command = command_from("sh -c 'echo $HOME' '; rm x'", at_once=1, seconds=1.0)
    assert command.argv == ("sh", "-c", "echo $HOME", "; rm x")
