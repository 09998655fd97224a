"""A query: the text that a person writes, read once, and asked of many alerts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import QueryError
from .complaints import MisreadError, Place
from .matching import Subject, Test, test_of
from .printing import printed
from .tree import Is, Me, Node, leaves

if TYPE_CHECKING:
    from ..wire.alerts import Alert

MAX_LENGTH = 2_000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Query:
    """What is asked of alerts. Equal queries ask the same in the same order.

    `root` is the syntax tree; None asks nothing, and every alert matches. `str(query)` is a text
    that parses to an equal query.
    """

    root: Node | None = None

    @cached_property
    def _test(self) -> Test:
        return (lambda _: True) if self.root is None else test_of(self.root)

    def matches(
        self,
        alert: "Alert",
        *,
        now: datetime,
        me: int | None = None,
        raw: Mapping[str, Any] | None = None,
    ) -> bool:
        """Whether `alert` is what is asked for.

        `now` is an aware time, what `now` in the query means. `me` is the id of the user who asks;
        without it no alert is `me`'s. `raw` is the sender's own record, which alerts on the wire do
        not carry: without it a question about `raw` is answered as if the record were empty, so
        refuse queries that `needs_raw` where you have none.
        """
        return self._test(Subject(alert, now, me, raw))

    @cached_property
    def needs_raw(self) -> bool:
        """Whether it asks for the sender's own record."""
        return "raw" in self.field_names

    @cached_property
    def uses_me(self) -> bool:
        """Whether the answer depends on who asks."""
        return any(type(leaf) is Is and leaf.value == Me() for leaf, _ in self._leaves())

    @cached_property
    def field_names(self) -> frozenset[str]:
        """The fields that it asks about; bare texts aside."""
        return frozenset(leaf.field.name for leaf, _ in self._leaves() if hasattr(leaf, "field"))

    def require_no_raw(self) -> None:
        """Raise QueryError if it asks for the sender's own record, which only a server has."""
        if self.needs_raw:
            text = str(self)
            raise QueryError(
                "Only the server can look into `raw`",
                text=text,
                position=text.find("raw"),
                length=len("raw"),
                hint="Ask for a field of the alert, or list with the query instead of following.",
            )

    def __str__(self) -> str:
        return "" if self.root is None else printed(self.root)

    def _leaves(self) -> list[tuple[Any, int]]:
        return [] if self.root is None else list(leaves(self.root))


def parse(text: str) -> Query:
    """Read a query; a blank text asks nothing.

    Raises QueryError, which says where the text cannot be read and what to write instead.
    """
    try:
        return _parsed(text)
    except MisreadError as complaint:
        place = complaint.place
        raise QueryError(
            str(complaint),
            text=text,
            position=place.start,
            length=place.length,
            hint=complaint.hint,
        ) from None


def _parsed(text: str) -> Query:
    if len(text) > MAX_LENGTH:
        raise _too_long()
    if control := _CONTROL.search(text):
        place = Place(control.start(), 1)
        raise MisreadError("This character cannot be searched for", "Take it out.", place)
    if not text.strip():
        return Query()
    from .grammar import read

    query = Query(read(text))
    # Written out with full names and all quotes it must be readable again.
    if len(str(query)) > MAX_LENGTH:
        raise _too_long()
    return query


def _too_long() -> MisreadError:
    hint = f"Shorten it to {MAX_LENGTH} characters; aliases count as the fields they stand for."
    return MisreadError("This query is too long", hint, Place(MAX_LENGTH, 1))
