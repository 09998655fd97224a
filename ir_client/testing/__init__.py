"""For tests of programs that use this SDK: a server that misbehaves on request, and a bad network.

`FakeServer` runs in the test's own event loop; `FaultProxy` stands between any client and any
server. With pytest, the fixtures `ir_server` and `ir_client` are there without an import.

Names are resolved when first used: pytest loads the plugin in every run, also where nobody uses it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .proxy import FaultProxy
    from .samples import NOON, an_alert
    from .server import FEATURES, PASSWORD, FakeServer

_HOME = {
    "FEATURES": ".server",
    "NOON": ".samples",
    "PASSWORD": ".server",
    "FakeServer": ".server",
    "FaultProxy": ".proxy",
    "an_alert": ".samples",
}

__all__ = ["FEATURES", "NOON", "PASSWORD", "FakeServer", "FaultProxy", "an_alert"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
