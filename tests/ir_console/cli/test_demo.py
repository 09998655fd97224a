import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Cli

IR_CONSOLE = Path(sys.executable).with_name("ir-console")


def test_without_a_terminal_it_plays_twenty_alerts_and_prints_the_screen(tmp_path: Path) -> None:
    ran = subprocess.run(
        [IR_CONSOLE, "demo", "--rate", "20", "--seed", "3"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"TMPDIR": str(tmp_path), "IR_TOKEN": "for-another-server"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    *screen, summary = ran.stdout.splitlines()
    assert any(re.search(r"\b\d+ of 20\b", line) for line in screen)
    assert any("you" in line and "Live" in line for line in screen)
    assert re.match(r"Demo over: 20 alerts, \d+ actions? by colleagues\.", summary)
    assert "\x1b" not in ran.stdout
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate", ["0", "-1", "1000", "fast"])
def test_a_rate_that_cannot_be_kept_is_a_usage_error(cli: Cli, rate: str) -> None:
    assert cli("demo", "--rate", rate).code == 2


def test_a_setting_of_the_console_that_is_wrong_is_named(cli: Cli) -> None:
    cli.set(IR_CONSOLE_THEME="pink")
    ran = cli("demo")
    assert ran.code == 2
    assert "IR_CONSOLE_THEME" in ran.err
