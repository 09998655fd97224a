"""The filter language: parse a query, ask it of alerts, print it.

    query = parse('severity: (critical or high) and not status: closed and ip: 10.0.0.0/8')
    wanted = [alert for alert in alerts if query.matches(alert, now=now, me=user.id)]

docs/filter-language.md shows the language by example.
"""

from ..errors import QueryError
from .fields import Field, Kind, field_named, fields, values_of
from .parsing import MAX_LENGTH, Query, parse
from .selection import Selection

__all__ = [
    "MAX_LENGTH",
    "Field",
    "Kind",
    "Query",
    "QueryError",
    "Selection",
    "field_named",
    "fields",
    "parse",
    "values_of",
]
