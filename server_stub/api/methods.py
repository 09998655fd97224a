"""Which methods an address takes: what an answer of 405 has to say (RFC 9110, 15.5.6)."""

from starlette.routing import Route

from server_stub.api.openapi import Mounted


def methods_at(path: str, mounted: Mounted) -> tuple[str, ...]:
    """The methods of all routes that match `path`; the router itself knows only one route's."""
    found: set[str] = set()
    for prefix, router in mounted:
        for route in router.routes:
            if (
                isinstance(route, Route)
                and path.startswith(prefix)
                and route.path_regex.match(path[len(prefix) :])
            ):
                found |= route.methods or set()
    return tuple(sorted(found))
