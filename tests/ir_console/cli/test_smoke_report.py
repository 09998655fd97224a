from xml.etree import ElementTree

import pytest

from ir_console.cli.exits import ExitCode
from ir_console.cli.smoke_report import (
    StepResult,
    Verdict,
    as_document,
    as_junit,
    exit_code,
    passed,
    step_line,
    summary_line,
)

UP = StepResult("server up", Verdict.PASSED, 1.25, "IR Central 0.1.0")
LOST = StepResult("login", Verdict.FAILED, 0.5, "refused \x1b[31m<&>")
LEFT_OUT = StepResult("ingest", Verdict.SKIPPED, 0.0, "an earlier step failed")
RUN = [UP, LOST, LEFT_OUT]


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (UP, "ok     1.250 s  server up               IR Central 0.1.0"),
        (LEFT_OUT, "skip   0.000 s  ingest                  an earlier step failed"),
        (StepResult("login", Verdict.PASSED, 0.5), "ok     0.500 s  login"),
    ],
)
def test_a_step_is_one_line_with_its_time(result: StepResult, line: str) -> None:
    assert step_line(result) == line


def test_the_run_is_one_line() -> None:
    assert summary_line(RUN) == "3 steps: 1 passed, 1 failed, 1 skipped, in 1.8 s"


@pytest.mark.parametrize(
    ("results", "is_good"), [([UP], True), ([UP, LEFT_OUT], True), (RUN, False)]
)
def test_a_run_passes_when_nothing_failed(results: list[StepResult], is_good: bool) -> None:
    assert passed(results) is is_good


def test_the_document_names_every_step() -> None:
    document = as_document(RUN, url="http://x")
    assert document["passed"] is False
    assert document["steps"][1] == {
        "name": "login",
        "verdict": "failed",
        "seconds": 0.5,
        "detail": LOST.detail,
    }


def test_junit_says_the_same_and_is_well_formed_whatever_a_server_said() -> None:
    suite = ElementTree.fromstring(as_junit(RUN))
    assert suite.attrib | {"name": ""} == {
        "name": "",
        "tests": "3",
        "failures": "1",
        "skipped": "1",
        "errors": "0",
        "time": "1.750",
    }
    cases = {case.attrib["name"]: case for case in suite}
    assert cases["server up"].find("failure") is None
    failure = cases["login"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "refused ␛[31m<&>"
    assert cases["ingest"].find("skipped") is not None


def test_the_exit_code_is_that_of_the_first_failure() -> None:
    gone = StepResult("server up", Verdict.FAILED, 0.1, "gone", ExitCode.UNREACHABLE)
    assert exit_code([UP, LEFT_OUT]) == 0
    assert exit_code([UP, LOST, gone]) == 1
    assert exit_code([gone, LOST]) == 4
