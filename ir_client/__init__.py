"""What we say to an IR Central server and hear from it.

Public names are resolved when first used: `import ir_client.wire`, which the server does, must
load neither httpx nor websockets.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .wire.alerts import Alert, AlertDraft, AlertUpdate

_HOME = {
    "Alert": ".wire.alerts",
    "AlertDraft": ".wire.alerts",
    "AlertUpdate": ".wire.alerts",
}

__all__ = ["Alert", "AlertDraft", "AlertUpdate"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
