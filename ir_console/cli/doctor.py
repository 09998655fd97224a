"""Look at everything that commands and console need, and say what to do about what is wrong."""

import asyncio
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from ir_client.errors import ConfigError
from ir_console.model.format import plural

from .connecting import JsonOption, ProfileOption, UrlOption, profile_for
from .examples import shown_with
from .findings import Finding, Verdict, exit_code
from .look_here import logins, settings, store_here, terminal, versions
from .output import Output

if TYPE_CHECKING:
    from ir_client import Profile

_STYLES = {Verdict.WARN: "medium", Verdict.FAIL: "critical"}
_NAME_WIDTH = 12


@shown_with(
    "ir-console doctor",
    "ir-console doctor --profile prod",
    "ir-console doctor --json | jq '.findings[] | select(.verdict != \"ok\")'",
)
def doctor(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check server, TLS, clock, login, stream, keyring, settings and terminal; say what to do.

    Works without a profile and without a server, changes nothing and shows no secret. The exit
    code is that of the first failure: 4 where the server cannot be reached, 3 where it does not
    know us, 2 for settings. Warnings leave it at 0.
    """
    output = Output.standard()
    findings = asyncio.run(_looked(ctx, profile, url, output if not as_json else None))
    if as_json:
        output.document(
            {
                "ok": exit_code(findings) == 0,
                "findings": [finding.as_document() for finding in findings],
            }
        )
    else:
        output.note(_summary(findings))
    raise typer.Exit(exit_code(findings))


async def _looked(
    ctx: typer.Context, profile: str | None, url: str | None, output: Output | None
) -> list[Finding]:
    """All findings; each is shown once it is there, where they are shown at all."""
    findings: list[Finding] = []

    def found(finding: Finding) -> None:
        findings.append(finding)
        if output is not None:
            _show(output, finding)

    found(versions())
    chosen = _chosen(ctx, profile, url)
    for finding in settings(chosen):
        found(finding)
    if not isinstance(chosen, ConfigError):
        from .look_there import look_there

        store = store_here()
        found(logins(chosen, store))
        async for finding in look_there(chosen, None if isinstance(store, ConfigError) else store):
            found(finding)
    for finding in terminal():
        found(finding)
    return findings


def _chosen(ctx: typer.Context, profile: str | None, url: str | None) -> "Profile | ConfigError":
    try:
        return profile_for(ctx, profile, url)
    except ConfigError as error:
        return error


def _show(output: Output, finding: Finding) -> None:
    style, margin = _STYLES.get(finding.verdict), " " * (_NAME_WIDTH + 7)
    said = _wrapped(finding.said, output.width)
    first = f"{finding.verdict:<5} {finding.name:<{_NAME_WIDTH}} "
    for number, line in enumerate(said):
        output.line(f"{margin if number else first}{line}", style=style)
    for line in _wrapped(finding.do, output.width):
        output.line(f"{margin}{line}")
    output.flush()


def _wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines that fit beside the names; as it is where nothing has to fit."""
    if width is None:
        return [text] if text else []
    return wrap(text, max(30, width - _NAME_WIDTH - 7), break_long_words=False)


def _summary(findings: list[Finding]) -> str:
    failed = sum(one.verdict is Verdict.FAIL for one in findings)
    warned = sum(one.verdict is Verdict.WARN for one in findings)
    if not failed and not warned:
        return "All is well."
    return f"{plural(failed, 'failure')}, {plural(warned, 'warning')}."
