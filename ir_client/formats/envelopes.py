"""Open the envelopes that records of any format may come in.

Elasticsearch and OpenSearch answer with `hits.hits[]._source`, and export one such hit a line;
Splunk has `results` in an answer, and `result` in an exported line or a webhook. What is inside
decides whose they are.
"""

from collections.abc import Callable

from ir_client.wire.base import JsonObject

_OF_A_SPLUNK_ANSWER = frozenset({"preview", "init_offset", "messages", "fields"})
_OF_A_SPLUNK_RESULT = frozenset({"preview", "offset", "lastrow", "sid", "search_name"})
# What a webhook says of the search; its result does not repeat it.
_OF_THE_SEARCH = ("search_name", "sid", "results_link")


def opened(record: JsonObject) -> list[object] | None:
    """The records in a common envelope; None for a record that is none."""
    if "hits" in record and isinstance(hits := record["hits"], dict):
        inside = hits.get("hits")
        return [_of_hit(hit) for hit in inside] if isinstance(inside, list) else None
    if "_index" in record and _document(record) is not None:
        return [_of_hit(record)]
    inside = record.get("results")
    if isinstance(inside, list) and not _OF_A_SPLUNK_ANSWER.isdisjoint(record):
        return inside
    inside = record.get("result")
    if isinstance(inside, dict) and not _OF_A_SPLUNK_RESULT.isdisjoint(record):
        return [{key: record[key] for key in _OF_THE_SEARCH if key in record} | inside]
    return None


def opening(
    recognises: Callable[[JsonObject], bool],
    own: Callable[[JsonObject], list[object] | None] = opened,
) -> Callable[[JsonObject], list[object] | None]:
    """An `unwrap` for a format: opens the common envelopes whose first record is its own.

    `own` opens those that only this format knows. An answer that found nothing is anybody's.
    """

    def unwrap(record: JsonObject) -> list[object] | None:
        inside = opened(record)
        if inside == []:
            return inside
        inside = inside or own(record)
        first = inside[0] if inside else None
        return inside if isinstance(first, dict) and recognises(first) else None

    return unwrap


def listed_under(key: str) -> Callable[[JsonObject], list[object] | None]:
    """An `own` for answers that are a list under a key."""

    def own(record: JsonObject) -> list[object] | None:
        inside = record.get(key)
        return inside if isinstance(inside, list) else None

    return own


def _document(hit: JsonObject) -> JsonObject | None:
    # Asked for `fields` alone, a hit has no source, and each field is a list.
    document = hit.get("_source", hit.get("fields"))
    return document if isinstance(document, dict) else None


def _of_hit(hit: object) -> object:
    """The document of a hit, with where it is stored."""
    if not isinstance(hit, dict) or (document := _document(hit)) is None:
        return hit
    return {key: hit[key] for key in ("_index", "_id") if key in hit} | document
