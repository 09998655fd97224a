"""Alerts that have to do with this one: the same host, user, address, rule or file.

Each relation is a filter, so that its count and what the table shows when one goes there agree.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ir_client.book import AlertRow
from ir_client.errors import QueryError
from ir_client.query.patterns import quoted
from ir_client.query.tree import Node
from ir_client.wire.alerts import Alert
from ir_client.wire.values import is_open
from ir_console.safe_text import safe_text

from .corpus import Corpus
from .filters import read_filter
from .format import plural
from .selecting import Facts, Question
from .spans import Line, Span, Tone, fit

_ID, _STATUS, _SOURCE, _DESTINATION = (
    AlertRow._fields.index(name) for name in ("id", "status", "source_ip", "destination_ip")
)
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


class RelatedCount:
    """Counts what shares something with one alert, as it is shown one part of all alerts after
    the other."""

    def __init__(
        self, alert_id: int, relations: Sequence[Relation], corpus: Corpus, question: Question
    ) -> None:
        self._alert_id = alert_id
        self._relations = tuple(relations)
        self._corpus = corpus
        self._question = question
        self._queries = [read_filter(one.query).query.root for one in relations]
        self._others = [0] * len(relations)
        self._open = [0] * len(relations)

    @property
    def counted(self) -> tuple[Related, ...]:
        """How many there are in what was looked at so far."""
        return tuple(map(Related, self._relations, self._others, self._open))

    def look_at(self, alert_ids: Collection[int]) -> None:
        """Count these alerts too."""
        rows = self._corpus.rows_of(alert_ids)
        for at, relation in enumerate(self._relations):
            sharing = self._sharing(relation, self._queries[at], rows)
            others = [row for row in sharing if row[_ID] != self._alert_id]
            self._others[at] += len(others)
            self._open[at] += sum(is_open(row[_STATUS]) for row in others)

    def _sharing(
        self, relation: Relation, root: Node | None, rows: Collection[Facts]
    ) -> Collection[Facts]:
        if relation.digest:
            carriers = self._corpus.hashes.carriers(relation.digest)
            return [row for row in rows if row[_ID] in carriers]
        if address := relation.address:
            # The filter language would read every address there is, to compare networks.
            return [row for row in rows if address in (row[_SOURCE], row[_DESTINATION])]
        return rows if root is None else self._question.choose(root, rows)


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
