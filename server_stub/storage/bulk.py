"""Insert many rows in few statements.

One statement of many rows, not one per row: the driver gives up and takes back the interpreter
lock at every statement, and under load each taking back waits for the event loop's turn to end.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import insert

_ROWS_AT_ONCE = 64

Row = tuple[object, ...]


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Insert `rows`, each with a value per column, in their order."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        chunk = rows[start : start + _ROWS_AT_ONCE]
        statement = _statement(table, columns, len(chunk))
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(chunk)))


@lru_cache(maxsize=1024)
def _statement(table: Table, columns: tuple[str, ...], count: int) -> str:
    row = dict.fromkeys(columns)
    compiled = insert(table).values([row] * count).compile(dialect=sqlite.dialect())
    return str(compiled)
