"""Send the batches of a span, and again for as long as that may help, under the same keys.

What passes by itself (429, 5xx, a line that broke) is waited out, as the server asks or twice as
long each time; one batch tries for all that are on their way. What a server refuses whole is
halved until the alert is found that it refuses.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .spans import Batch, fresh_key

if TYPE_CHECKING:
    from ir_client import IRClient
    from ir_client.errors import IRError
    from ir_client.wire.alerts import IngestReport

# Nobody looks at a run from cron; a restart of a server takes less than this.
GIVE_UP_SECONDS = 300.0
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0

_NEEDS_TOKEN = (
    "Creating alerts takes an endpoint token that may create them: put one into IR_TOKEN, or "
    "keep it with `ir-console login --token --profile NAME --url …`."
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the server would not take the one alert of a batch."""

    reason: str


Answered = tuple[Batch, "IngestReport | Refused"]


@dataclass(slots=True)
class Sender:
    """Sends batches to one server; `gives_up` after a while without success, or never.

    `note` tells people of trouble. `stopping` ends waiting: what is not sent then stays unsent.
    """

    client: "IRClient"
    note: Callable[[str], None]
    gives_up: bool = True
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _trouble: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, batch: Batch, *, is_resumed: bool = False) -> list[Answered]:
        """What the server says of a batch, or of its parts. Raises IRError when it is given up."""
        from ir_client.errors import BadRequest, KeyReused, PayloadTooLarge, ValidationFailed

        try:
            return [(batch, await self._answer(batch))]
        except KeyReused:
            if not is_resumed:
                raise
            # The records are mapped otherwise than by the run that was broken off.
            other = Batch(batch.source, fresh_key(), batch.items)
            return [(other, await self._answer(other))]
        except (BadRequest, PayloadTooLarge, ValidationFailed) as error:
            if len(batch.items) == 1:
                return [(batch, Refused(_why(error)))]
            first, second = batch.halves()
            return [*await self.send(first), *await self.send(second)]

    async def _answer(self, batch: Batch) -> "IngestReport":
        try:
            return await self._asked(batch)
        except _passing() as error:
            trouble = error
        was_tried = self._trouble.locked()
        async with self._trouble:
            if was_tried:
                try:
                    return await self._asked(batch)
                except _passing() as error:
                    trouble = error
            return await self._insist(batch, trouble)

    async def _insist(self, batch: Batch, error: "IRError") -> "IngestReport":
        from ir_client.errors import GaveUp

        waited, wait = 0.0, _FIRST_WAIT_SECONDS
        while True:
            seconds = getattr(error, "retry_after", None) or wait
            if self.gives_up and waited + seconds > GIVE_UP_SECONDS:
                raise GaveUp(f"{error}; given up after {waited:.0f} s of trying") from error
            self.note(f"{error}; trying again in {seconds:.0f} s")
            if await self._stopped_within(seconds):
                raise GaveUp(f"{error}; stopped before it was sent") from error
            waited, wait = waited + seconds, min(_LONGEST_WAIT_SECONDS, wait * 2)
            try:
                return await self._asked(batch)
            except _passing() as again:
                error = again

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _asked(self, batch: Batch) -> "IngestReport":
        from ir_client.errors import PermissionDenied

        try:
            return await self.client.alerts.ingest(
                batch.source, batch.encoded, idempotency_key=batch.key
            )
        except PermissionDenied as error:
            error.hint = _NEEDS_TOKEN
            raise


def _passing() -> "tuple[type[IRError], ...]":
    """What may pass by itself."""
    from ir_client.errors import (
        BodyTooSlow,
        ConnectError,
        InvalidResponse,
        RateLimited,
        RequestTimeout,
        ServerError,
        TooEarly,
    )

    return (
        BodyTooSlow,
        ConnectError,
        InvalidResponse,
        RateLimited,
        RequestTimeout,
        ServerError,
        TooEarly,
    )


def _why(error: "IRError") -> str:
    from ir_client.errors import PayloadTooLarge

    if isinstance(error, PayloadTooLarge):
        return "larger than the server takes; shorten it"
    return f"the server refused it: {error}"
