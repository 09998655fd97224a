"""What came of each alert of a bulk action, as lines of a list: what is not done comes first."""

from collections.abc import Callable, Sequence

from .bulk import ItemResult
from .picking import Entry
from .rows import Row
from .spans import Span, Tone, fit

_NUMBER_WIDTH, _WHY_WIDTH = 9, 40


def result_entries(
    results: Sequence[ItemResult], row_of: Callable[[int], Row | None]
) -> list[Entry[int]]:
    """One line for each; titles of the alerts that are loaded."""
    ordered = sorted(results, key=lambda one: one.is_done)
    return [Entry(one.alert_id, _line(one, row_of(one.alert_id))) for one in ordered]


def results_title(words: str, results: Sequence[ItemResult]) -> str:
    """How many are done, of how many."""
    done = sum(one.is_done for one in results)
    return f"{words} · {done:,} of {len(results):,} done"


def _line(result: ItemResult, row: Row | None) -> tuple[Span, ...]:
    is_waiting = result.status == "waits"
    is_open = is_waiting or result.is_conflict
    tone = Tone.OK if result.is_done else Tone.WARNING if is_open else Tone.ERROR
    words = result.why or {"unchanged": "was so already"}.get(result.status, "done")
    return (
        Span("✓ " if result.is_done else "↑ " if is_waiting else "✗ ", tone),
        Span(fit(f"#{result.alert_id}", _NUMBER_WIDTH), Tone.MUTED),
        Span(fit(words, _WHY_WIDTH) + " ", Tone.MUTED if result.is_done else Tone.TEXT),
        Span("not loaded" if row is None else row.title, Tone.MUTED if row is None else Tone.TEXT),
    )
