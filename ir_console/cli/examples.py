"""Examples below the help of a command; the tests run every one of them."""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

HEADING = "Examples:"


def examples(*lines: str) -> str:
    """The epilog of a command: each line as it is, not filled up to the width."""
    # A line with \b alone keeps click from making one paragraph of them.
    return "\n".join(("\b", HEADING, *(f"  {line}" for line in lines)))


def shown_with(*lines: str) -> Callable[[Function], Function]:
    """Give examples to a command that stands alone and is loaded when it is called."""

    def give(function: Function) -> Function:
        function.__dict__["epilog"] = examples(*lines)
        return function

    return give


# Of commands whose modules say nothing of examples.
OF: dict[str, tuple[str, ...]] = {
    "ingest": (
        "ir-console ingest eve.json",
        "ir-console ingest --dry-run --format suricata eve.json",
        "ir-console ingest --rejects bad.jsonl --json eve.json",
        "zcat eve.json.gz | ir-console ingest -",
    ),
}
