"""The alerts that can be asked for: the book, and the text of each that bare words look through."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ir_client.book import AlertBook, AlertRow, BookChange
from ir_client.query.matching import search_text_of
from ir_client.query.tree import Bare, Node
from ir_client.wire.alerts import Alert

from .filters import Filter
from .hashes import HashIndex
from .selecting import Facts, Question

_ID = AlertRow._fields.index("id")


class Corpus:
    """A book, and what a filter finds in it."""

    def __init__(self, book: AlertBook) -> None:
        self._book = book
        self.hashes = HashIndex()
        self._search_texts: dict[int, str] = {}

    def apply(self, alert: Alert) -> BookChange | None:
        """Take in one state of an alert; None when it was known."""
        change = self._book.apply(alert)
        if change is not None:
            self._search_texts[alert.id] = search_text_of(alert)
            self.hashes.put(alert.id, alert.enrichment_data)
        return change

    def remove(self, alert_id: int, revision: int) -> BookChange | None:
        """Forget an alert that left the user's sight; None if that is old news."""
        change = self._book.remove(alert_id, revision)
        if change is not None:
            self._search_texts.pop(alert_id, None)
            self.hashes.drop(alert_id)
        return change

    def find(
        self,
        wanted: Filter,
        *,
        now: datetime,
        me: int | None,
        among: Collection[int] | None = None,
        within: Filter | None = None,
    ) -> set[int]:
        """The ids of the alerts that pass; it is enough to look `among` some of them.

        `within` is a wider filter, which those pass.
        """
        root = wanted.query.root if within is None else wanted.beyond(within)
        word = root.pattern.literal if isinstance(root, Bare) else None
        if word is not None:
            return self._find_word(word, among)
        if among is not None and 2 * len(among) > len(self._book):
            # Passing over all rows is quicker than looking most of them up.
            root, among = wanted.query.root, None
        return self._choose(root, among, self.question(now=now, me=me))

    def choose(self, wanted: Filter, among: Collection[int], question: Question) -> set[int]:
        """Those of some alerts that pass, by a question that is asked more than once."""
        root = wanted.query.root
        word = root.pattern.literal if isinstance(root, Bare) else None
        if word is not None:
            return self._find_word(word, among)
        return self._choose(root, among, question)

    def _choose(
        self, root: Node | None, among: Collection[int] | None, question: Question
    ) -> set[int]:
        rows = self._book.bare_rows(among)
        if root is not None:
            rows = question.choose(root, rows)
        return {row[_ID] for row in rows}

    def rows_of(self, alert_ids: Collection[int]) -> Collection[Facts]:
        """What is known of some alerts, as it rests in the book."""
        return self._book.bare_rows(alert_ids)

    def _find_word(self, word: str, among: Collection[int] | None) -> set[int]:
        texts = self._search_texts
        if among is None:
            return {alert_id for alert_id, text in texts.items() if word in text}
        return {alert_id for alert_id in among if word in texts[alert_id]}

    def question(self, *, now: datetime, me: int | None) -> Question:
        """What asks of alerts at one moment; it remembers what it found out about values."""
        return Question(now, me, self._search_texts, self._book.alert)


def passes(wanted: Filter, question: Question, row: AlertRow) -> bool:
    """Whether one alert passes."""
    root = wanted.query.root
    rows: Collection[tuple[Any, ...]] = (row,)
    return root is None or bool(question.choose(root, rows))
