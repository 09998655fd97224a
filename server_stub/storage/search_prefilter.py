"""Cheap conditions that hold wherever a dear one does: asked first, they spare most of the work.

Reading a field out of an alert's document costs some 4 µs; looking into its search text, which
holds the names and addresses of the alert, a tenth of that. So a question about such a field is
first put to the search text, and to the document only where it may be answered with yes. Nothing
here may ever be false where the question itself is true.
"""

from sqlalchemy import ColumnElement

from ir_client.query.fields import Field
from ir_client.query.matching import SEARCHED_FIELDS, SEARCHED_LISTS
from ir_client.query.patterns import Pattern
from server_stub.storage.schema import FOLDED, alerts

_SEARCHED = frozenset({*SEARCHED_FIELDS, *SEARCHED_LISTS})
_COLUMNS = frozenset({*alerts.c.keys(), *FOLDED})
# Shorter texts are in nearly every alert.
_TELLING_LENGTH = 3

LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def may_read(field: Field, pattern: Pattern) -> ColumnElement[bool] | None:
    """What must hold for a text of the field to be like the pattern; None where that is no help."""
    if not _SEARCHED.issuperset(field.attributes) or _COLUMNS.issuperset(field.attributes):
        return None
    # One character of the field may be two of the folded text: `?` counts as `*` here.
    pieces = [part.casefold() for part in pattern.parts if isinstance(part, str)]
    if sum(map(len, pieces)) < _TELLING_LENGTH:
        return None
    return _holds("%".join(piece.translate(LIKE_SPECIAL) for piece in pieces))


def _holds(pattern: str) -> ColumnElement[bool]:
    return alerts.c.search_text.like(f"%{pattern}%", escape="\\")
