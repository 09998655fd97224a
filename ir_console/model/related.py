"""Alerts that have to do with this one: the same host, user, address, rule or file.

Each relation is a filter, so that its count and what the table shows when one goes there agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ir_client.errors import QueryError
from ir_client.query.patterns import quoted
from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_text

from .corpus import Corpus
from .filters import read_filter
from .format import plural
from .spans import Line, Span, Tone, fit

_KIND_WIDTH = 8
_MOST_HASHES = 3
_SHOWN_HASH = 16


@dataclass(frozen=True, slots=True)
class Relation:
    """One thing that alerts have in common; `value` is safe to show, `query` asks for them."""

    kind: str
    value: str
    query: str
    digest: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """How many other alerts share something, of those loaded, and how many of them are open."""

    relation: Relation
    others: int
    open: int


def relations_of(alert: Alert, corpus: Corpus) -> tuple[Relation, ...]:
    """What other alerts may share with this one, in the order in which one asks."""
    return tuple(_askable(alert, corpus))


def count_related(
    relation: Relation, alert_id: int, corpus: Corpus, *, now: datetime, me: int | None
) -> Related:
    """Count the other alerts that share it, among those loaded."""
    if relation.digest:
        sharing = corpus.hashes.carriers(relation.digest)
    elif relation.address:
        # The filter language would read every address there is, to compare networks.
        sharing = corpus.with_address(relation.address)
    else:
        sharing = corpus.find(read_filter(relation.query), now=now, me=me)
    others = sharing - {alert_id}
    return Related(relation, len(others), corpus.count_open(others))


def _askable(alert: Alert, corpus: Corpus) -> Iterator[Relation]:
    for kind, field, value in (
        ("host", "host", alert.affected_hostname),
        ("user", "user", alert.affected_user),
        ("from", "ip", alert.source_ip),
        ("to", "ip", alert.destination_ip),
        ("rule", "rule_name", alert.rule_name),
    ):
        query = f"{field}: {quoted(value)}" if value else ""
        if value and _can_be_asked(query):
            address = value if field == "ip" else ""
            yield Relation(kind, safe_text(value, 120), query, address=address)
    for digest in corpus.hashes.of(alert.id)[:_MOST_HASHES]:
        query = corpus.hashes.query(digest)
        if _can_be_asked(query):
            yield Relation("file", f"{digest[:_SHOWN_HASH]}…", query, digest)


def _can_be_asked(query: str) -> bool:
    # A name with control characters in it, or a list of very many paths, is no query.
    try:
        read_filter(query)
    except QueryError:
        return False
    return True


def related_lines(
    relations: Sequence[Relation], counted: Sequence[Related], width: int
) -> Iterator[tuple[str, Line]]:
    """A line for each relation, numbered as in the menu that goes there."""
    counts = {one.relation: one for one in counted}
    for number, relation in enumerate(relations, start=1):
        words, tone = count_words(counts.get(relation))
        room = max(8, width - _KIND_WIDTH - len(words) - 8)
        yield (
            relation.query,
            (
                Span(f"  {number} ", Tone.KEY),
                Span(fit(relation.kind, _KIND_WIDTH), Tone.MUTED),
                Span(fit(relation.value, room) + "  "),
                Span(words, tone),
            ),
        )


def count_words(related: Related | None) -> tuple[str, Tone]:
    """How many others there are, in words."""
    if related is None:
        return "…", Tone.MUTED
    if not related.others:
        return "no other", Tone.MUTED
    return (
        f"{plural(related.others, 'other')}, {related.open:,} open",
        Tone.ACCENT if related.open else Tone.TEXT,
    )
