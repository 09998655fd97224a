"""Do something once, some time later, for certain.

The toolkit's own timer passes over ticks whose moment is gone when it first looks at the clock. Of
a timer that ticks once that is the only one: a process that had to wait for its processor at the
wrong moment would never show another frame.
"""

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def after(node: MessagePump, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Have `node` call back in `seconds`, between two of its messages; it can be cancelled."""
    return asyncio.get_running_loop().call_later(seconds, node.call_next, callback)
