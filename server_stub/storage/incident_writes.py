"""Store incidents, and change them. Each function is a part of its caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from server_stub.storage.schema import incidents

_SEARCHED = ("incident_id", "title", "description", "category")


def add_incident(connection: Connection, values: Mapping[str, object]) -> int:
    """Insert an incident, give it its public name, and return its id."""
    row_id: int = connection.execute(
        insert(incidents)
        .values(**values, incident_id="", revision=1, search_text="")
        .returning(incidents.c.id)
    ).scalar_one()
    name = f"INC-{str(values['created_at'])[:4]}-{row_id:06d}"
    connection.execute(update(incidents).where(incidents.c.id == row_id).values(incident_id=name))
    _index(connection, row_id)
    return row_id


def change_incident(
    connection: Connection, row_id: int, values: Mapping[str, object], *, now: str
) -> int:
    """Write `values` over an incident; returns its new revision."""
    revision: int = connection.execute(
        update(incidents)
        .where(incidents.c.id == row_id)
        .values(**values, revision=incidents.c.revision + 1, updated_at=now)
        .returning(incidents.c.revision)
    ).scalar_one()
    if not values.keys().isdisjoint((*_SEARCHED, "tags")):
        _index(connection, row_id)
    return revision


def touch_incident(connection: Connection, name: str, *, now: str) -> tuple[int, int] | None:
    """Give the incident of this name its next revision; its id and that one, if there is one.

    Reads nothing of it: ten thousand alerts that join one by one must not each read all others.
    """
    row = connection.execute(
        update(incidents)
        .where(incidents.c.incident_id == name)
        .values(revision=incidents.c.revision + 1, updated_at=now)
        .returning(incidents.c.id, incidents.c.revision)
    ).one_or_none()
    return None if row is None else (row.id, row.revision)


def incident_search_text(texts: Mapping[str, Any], tags: Sequence[str]) -> str:
    """What a search looks through: texts in one, without case."""
    found = [*(texts[name] for name in _SEARCHED), *tags]
    return "\n".join([text for text in found if text]).casefold()


def _index(connection: Connection, row_id: int) -> None:
    this = incidents.c.id == row_id
    columns = [incidents.c[name] for name in (*_SEARCHED, "tags")]
    row = dict(connection.execute(select(*columns).where(this)).one()._mapping)
    text = incident_search_text(row, row["tags"])
    connection.execute(update(incidents).where(this).values(search_text=text))
