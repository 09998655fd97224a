"""The same client without `await`: `SyncIRClient`.

There is one code base: every call runs the coroutine of the same name in an event loop of its
own, in a background thread that all sync clients of a process share.
"""

from .client import SyncIRClient

__all__ = ["SyncIRClient"]
