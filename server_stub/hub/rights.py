"""Give connections the present rights of their logins, and end those whose login ended.

Holds who is connected by which login, and what each may see by the last look. A look costs one
read, and next to nothing for a connection whose rights are what they were.
"""

import asyncio
from collections.abc import Iterable, Sequence

from server_stub.access import Viewer
from server_stub.hub.source import Source
from server_stub.hub.subscriber import CloseCode, Subscriber
from server_stub.security.principals import LoginId


class Rights:
    """The logins of all connections."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._connected: dict[LoginId, dict[Subscriber, None]] = {}
        self._viewers: dict[LoginId, Viewer] = {}
        self._checking = asyncio.Lock()

    def join(self, subscriber: Subscriber) -> None:
        """Look after a connection from now on."""
        self._connected.setdefault(subscriber.login, {})[subscriber] = None

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a connection."""
        of_login = self._connected[subscriber.login]
        del of_login[subscriber]
        if not of_login:
            del self._connected[subscriber.login]

    async def check(self, which: Sequence[Subscriber] | None = None) -> None:
        """Give all, or these, the rights that they have now."""
        if which is None:
            by_login = {login: tuple(those) for login, those in self._connected.items()}
        else:
            by_login = {one.login: (one,) for one in which}
        if not by_login:
            return
        # One at a time: of two reads, the one that began first may end last, with rights of old.
        async with self._checking:
            viewers = await self._source.viewers(by_login.keys())
            for login, subscribers in by_login.items():
                _give(subscribers, self._as_before(login, viewers.get(login)))
            self._viewers = {
                login: viewer for login, viewer in self._viewers.items() if login in self._connected
            }

    def _as_before(self, login: LoginId, viewer: Viewer | None) -> Viewer | None:
        """The object of the last look, if it says the same."""
        if viewer is None:
            return None
        known = self._viewers.get(login)
        if known == viewer:
            return known
        self._viewers[login] = viewer
        return viewer


def _give(subscribers: Iterable[Subscriber], viewer: Viewer | None) -> None:
    for subscriber in subscribers:
        if viewer is None:
            subscriber.close(CloseCode.UNAUTHENTICATED, "the login has ended")
        # Nearly always the same as before, which is seen at a glance.
        elif subscriber.viewer is not viewer:
            subscriber.adopt(viewer)
