"""Lists of any length, page by page, in the memory of two pages."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ir_client import Alert
    from ir_client.rest.alerts import AlertQuery

# What a server with cursors gives at once; of others the client asks for less.
PAGE_SIZE = 500


async def fresh_pages(query: "AlertQuery") -> "AsyncGenerator[list[Alert], None]":
    """The alerts of each page that were not on the one before.

    Without a cursor, alerts that arrive meanwhile push others onto the next page.
    """
    before: frozenset[int] = frozenset()
    async for page in query.pages():
        yield [alert for alert in page.alerts if alert.id not in before]
        before = frozenset(alert.id for alert in page.alerts)
