"""How often an endpoint token may ask, and from where someone asks."""

from starlette.requests import HTTPConnection

from ir_client.wire.auth import EndpointToken
from server_stub.domain.addresses import origin_of
from server_stub.domain.clocks import Monotonic
from server_stub.domain.request_window import RequestWindow
from server_stub.errors import Invalid, RateLimited
from server_stub.settings import ServerSettings


class TokenRates:
    """The requests of the last minute, by endpoint token."""

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self._windows: dict[int, RequestWindow] = {}

    def admit(self, token: EndpointToken) -> None:
        """Count a request of `token`. Raises RateLimited when its minute is full."""
        limit = token.rate_limit_per_minute
        if limit is None:
            return
        window = self._windows.setdefault(token.id, RequestWindow())
        if wait := window.admit(self._monotonic(), limit=limit):
            raise RateLimited(
                f"This endpoint token may make {limit} requests a minute.",
                retry_after_seconds=wait,
            )

    def left(self, token: EndpointToken) -> int | None:
        """How many more requests `token` may make now; None without a limit."""
        limit = token.rate_limit_per_minute
        if limit is None:
            return None
        window = self._windows.get(token.id)
        return limit if window is None else window.left(self._monotonic(), limit=limit)


def check_list(settings: ServerSettings, *, search: str | None, size: int) -> None:
    """Refuse to search for more, or to show more at once, than the settings allow."""
    if search is not None and len(search) > settings.max_search_length:
        most = f"At most {settings.max_search_length} characters"
        raise Invalid.field("query", "search", msg=most)
    if size > settings.max_page_size:
        raise Invalid.field("query", "size", msg=f"At most {settings.max_page_size}")


def client_address(connection: HTTPConnection) -> str | None:
    """Where a request comes from: whoever is connected, or whom trusted proxies had it from."""
    peer = None if connection.client is None else connection.client.host
    trusted = connection.app.state.services.settings.trusted_proxies
    if not trusted:
        return peer
    return origin_of(peer, connection.headers.getlist("x-forwarded-for"), trusted=trusted)
