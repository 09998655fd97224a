"""What can become of a record that is no draft: skipped on purpose, or rejected as wrong."""

from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sound record that is not an alert; `reason` groups such records, so keep it short."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that should be an alert and cannot; `reason` says what to do about it.

    It may quote the record: show it through something like `safe_text`.
    """

    reason: str


class RecordError(ValueError):
    """Raised by a format for a record that should be an alert and cannot be."""


_QUOTE_LIMIT = 60


def quoted(value: object) -> str:
    """A value of a record as an error message quotes it."""
    text = repr(value)
    return text if len(text) <= _QUOTE_LIMIT else text[: _QUOTE_LIMIT - 1] + "…"


def why_invalid(error: ValidationError) -> str:
    """The refused fields of a draft as one line: name, what is wrong, what was found."""
    problems = []
    for problem in error.errors(include_url=False, include_context=False):
        field = ".".join(str(part) for part in problem["loc"]) or "record"
        found = "" if problem["type"] == "missing" else f", not {quoted(problem['input'])}"
        problems.append(f"{field}: {problem['msg'].lower()}{found}")
    return "; ".join(problems)
