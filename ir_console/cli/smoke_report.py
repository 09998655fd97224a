"""What a smoke run found, for people, for programs and for CI (JUnit XML)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree

from ir_console.model.format import plural
from ir_console.safe_text import safe_text

from .exits import ExitCode


class Verdict(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: how it ended, how long it took, and what there is to say about it.

    `code` is the exit code that its failure is worth.
    """

    name: str
    verdict: Verdict
    seconds: float
    detail: str = ""
    code: ExitCode = ExitCode.FAILED


_MARKS = {Verdict.PASSED: "ok", Verdict.FAILED: "FAIL", Verdict.SKIPPED: "skip"}


def step_line(result: StepResult) -> str:
    """A step as one line."""
    detail = f"  {result.detail}" if result.detail else ""
    return (
        f"{_MARKS[result.verdict]:<4} {result.seconds:7.3f} s  {result.name:<22}{detail}".rstrip()
    )


def summary_line(results: Sequence[StepResult]) -> str:
    """The run as one line."""
    counts = {verdict: _count(results, verdict) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    seconds = sum(one.seconds for one in results)
    return f"{plural(len(results), 'step')}: {told or 'none'}, in {seconds:.1f} s"


def passed(results: Sequence[StepResult]) -> bool:
    """Whether nothing failed."""
    return not any(one.verdict is Verdict.FAILED for one in results)


def exit_code(results: Sequence[StepResult]) -> ExitCode:
    """That of the first step that failed."""
    failed = (one.code for one in results if one.verdict is Verdict.FAILED)
    return next(failed, ExitCode.DONE)


def as_document(results: Sequence[StepResult], *, url: str) -> dict[str, object]:
    """The run as one JSON document."""
    return {
        "url": url,
        "passed": passed(results),
        "steps": [
            {
                "name": one.name,
                "verdict": one.verdict,
                "seconds": round(one.seconds, 3),
                "detail": one.detail,
            }
            for one in results
        ],
    }


def as_junit(results: Sequence[StepResult]) -> str:
    """The run as JUnit XML, a step a test case."""
    suite = ElementTree.Element(
        "testsuite",
        name="ir-console smoke",
        tests=str(len(results)),
        failures=str(_count(results, Verdict.FAILED)),
        skipped=str(_count(results, Verdict.SKIPPED)),
        errors="0",
        time=f"{sum(one.seconds for one in results):.3f}",
    )
    for one in results:
        case = ElementTree.SubElement(
            suite, "testcase", classname="smoke", name=one.name, time=f"{one.seconds:.3f}"
        )
        # XML has no way at all to write most control characters.
        detail = safe_text(one.detail)
        if one.verdict is Verdict.FAILED:
            ElementTree.SubElement(case, "failure", message=detail)
        elif one.verdict is Verdict.SKIPPED:
            ElementTree.SubElement(case, "skipped", message=detail)
        elif detail:
            ElementTree.SubElement(case, "system-out").text = detail
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _count(results: Sequence[StepResult], verdict: Verdict) -> int:
    return sum(one.verdict is verdict for one in results)
