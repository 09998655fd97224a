"""The filter of the table: a query of the filter language, and the text that it was typed as."""

from dataclasses import dataclass

from ir_client.errors import QueryError
from ir_client.query import Query, parse
from ir_client.query.times import RelativeTime
from ir_client.query.tree import AllOf, Bare, Compare, Is, Moment, Node, leaves

_ALL = Query()


@dataclass(frozen=True, slots=True)
class Filter:
    """What the analyst wants to see."""

    text: str = ""
    query: Query = _ALL

    @property
    def ages(self) -> bool:
        """Whether what passes changes by itself, as time goes on."""
        root = self.query.root
        return root is not None and any(_ages(leaf) for leaf, _ in leaves(root))

    def narrows(self, wider: "Filter") -> bool:
        """Whether the queries tell that all that passes also passes `wider`.

        So it is while one goes on typing a word, or adds a question.
        """
        root, before = self.query.root, wider.query.root
        if root is None or before is None or wider.ages:
            return False
        mine, others = _parts(root), _parts(before)
        return all(any(_narrows(part, other) for part in mine) for other in others)

    def beyond(self, wider: "Filter") -> Node | None:
        """What is left to ask of the alerts that pass a wider filter."""
        root, before = self.query.root, wider.query.root
        if root is None or before is None:
            return root
        asked = _parts(before)
        rest = tuple(part for part in _parts(root) if part not in asked)
        return AllOf(rest) if len(rest) > 1 else rest[0] if rest else None


EVERYTHING = Filter()


def read_filter(text: str) -> Filter:
    """Read what was typed. Raises QueryError, whose place is one in `text`."""
    query = parse(text)
    if query.needs_raw:
        raise QueryError(
            "Only the server can look into `raw`",
            text=text,
            position=max(0, text.lower().find("raw")),
            length=len("raw"),
            hint="Ask for a field of the alert, or use `alerts list --query`.",
        )
    return Filter(text.strip(), query)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, AllOf) else (node,)


def _narrows(part: Node, other: Node) -> bool:
    if isinstance(part, Bare) and isinstance(other, Bare):
        text, shorter = part.pattern.literal, other.pattern.literal
        return text is not None and shorter is not None and shorter in text
    return part == other


def _ages(leaf: object) -> bool:
    match leaf:
        case Is(_, Moment(time)) | Compare(_, _, Moment(time)):
            return isinstance(time, RelativeTime)
        case Is(field, _):
            return field.name == "is_overdue"
        case _:
            return False
