"""Decide when someone may try a password again.

Counts failures by user name and address together: whoever fails slows down themselves, and no
one else who signs in as that user from elsewhere. Bounded; reads no clock.
"""

from collections import OrderedDict
from dataclasses import dataclass

Pair = tuple[str, str]
"""(user name, address)"""

FREE_FAILURES = 5
MAX_DELAY_SECONDS = 60.0
_FORGOTTEN_AFTER_SECONDS = 15 * 60.0
_MAX_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last_at: float

    def next_at(self) -> float:
        if self.count < FREE_FAILURES:
            return self.last_at
        return self.last_at + min(MAX_DELAY_SECONDS, 2.0 ** min(self.count - FREE_FAILURES, 10))


class LoginThrottle:
    """The failures of late, by pair."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Pair, _Failures] = OrderedDict()

    def try_now(self, pair: Pair, now: float) -> float:
        """0 if a password may be tried now, else the seconds until then.

        A try counts as a failure until `succeeded`: tries that run side by side add up.
        """
        known = self._failures.get(pair)
        if known is None or now - known.last_at > _FORGOTTEN_AFTER_SECONDS:
            known = _Failures(0, now)
        wait = known.next_at() - now
        if wait > 0:
            return wait
        self._failures[pair] = _Failures(known.count + 1, now)
        self._failures.move_to_end(pair)
        if len(self._failures) > _MAX_PAIRS:
            self._failures.popitem(last=False)
        return 0.0

    def succeeded(self, pair: Pair) -> None:
        self._failures.pop(pair, None)
