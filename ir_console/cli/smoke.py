"""Check the whole way of an alert, one line a step; what CI jobs run."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .connecting import (
    JsonOption,
    ProfileOption,
    UrlOption,
    ask_password,
    at_a_terminal,
    profile_for,
)
from .examples import shown_with
from .exits import ExitCode, UsageProblem, exit_code_of, told
from .output import Output
from .smoke_report import (
    StepResult,
    Verdict,
    as_document,
    as_junit,
    exit_code,
    passed,
    step_line,
    summary_line,
)

if TYPE_CHECKING:
    from ir_client import CredentialStore, Profile
    from ir_client.credentials import Credentials

    from .app import Asked
    from .smoke_course import Course, Step

STEP_SECONDS = 30.0
_OF_THE_SERVER = frozenset({ExitCode.UNREACHABLE, ExitCode.NOT_AUTHORISED})


@shown_with(
    "ir-console smoke",
    "ir-console smoke --url https://soc.example --junit smoke.xml",
    "ir-console smoke --json | jq .passed",
)
def smoke(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML there too.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the whole way of an alert, step by step.

    Starts a server of its own. With --url or --profile it checks that server instead, logged in
    as there; its alerts have the source `smoke` and end closed, and it makes an endpoint token
    for one day unless IR_INGEST_TOKEN holds one. The exit code is 4 where the server cannot be
    reached, 3 where it does not know us, and 1 for what else fails.
    """
    if junit is not None and not junit.parent.is_dir():
        raise UsageProblem(f"{junit.parent} is no directory", hint="Make it first.")
    output = Output.standard()
    asked: Asked = ctx.obj
    is_there = any((profile, url, asked.profile, asked.url))
    chosen = profile_for(ctx, profile, url) if is_there else None
    say = output.note if as_json else output.line
    results, address = asyncio.run(_walked(chosen, lambda result: say(step_line(result))))
    if junit is not None:
        junit.write_text(as_junit(results), encoding="utf-8")
    if as_json:
        output.document(as_document(results, url=address))
    say(summary_line(results))
    if not passed(results):
        raise typer.Exit(exit_code(results))


async def _walked(
    profile: "Profile | None", done: Callable[[StepResult], None]
) -> tuple[list[StepResult], str]:
    from ir_client import CredentialStore

    from .smoke_course import Course

    store = CredentialStore.default()
    credentials = _credentials(profile, store) if profile is not None else None
    # The stack is closed inside the group: clients end before their watchers are waited for.
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as stack:
        course = Course(stack, tasks, profile=profile, store=store, credentials=credentials)
        results = await _taken(course, done)
    return results, course.url


async def _taken(course: "Course", done: Callable[[StepResult], None]) -> list[StepResult]:
    results: list[StepResult] = []
    for step in course.steps:
        if passed(results):
            result = await _step(step)
        else:
            result = StepResult(step[0], Verdict.SKIPPED, 0.0, "an earlier step failed")
        results.append(result)
        done(result)
    for step in course.last_steps:
        results.append(await _step(step))
        done(results[-1])
    return results


async def _step(step: "Step") -> StepResult:
    from ir_client.errors import IRError

    from .smoke_course import SkipStep

    name, action = step
    loop = asyncio.get_running_loop()
    began, code = loop.time(), ExitCode.FAILED
    try:
        async with asyncio.timeout(STEP_SECONDS):
            verdict, detail = Verdict.PASSED, await action()
    except SkipStep as reason:
        verdict, detail = Verdict.SKIPPED, str(reason)
    except TimeoutError:
        verdict, detail = Verdict.FAILED, f"did not happen within {STEP_SECONDS:.0f} s"
    except IRError as error:
        verdict, detail = Verdict.FAILED, told(error)
        # Any other is about the alert of a step, and says that the step failed.
        code = found if (found := exit_code_of(error)) in _OF_THE_SERVER else code
    return StepResult(name, verdict, loop.time() - began, detail, code)


def _credentials(profile: "Profile", store: "CredentialStore") -> "Credentials | None":
    from ir_client.credentials import token_from_environment

    kept = token_from_environment() or store.load(profile)
    if kept is None and at_a_terminal():
        return ask_password(profile.username)
    return kept
