"""What a user's loop costs over the least that it could cost: events of a stream, typed.

A server process sends finished frames (`bench.frame_server`). Measured is the CPU time of this
process between the first change and the last, once with the SDK and once with `websockets` by
hand, in turns.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from statistics import median
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, create_model
from websockets.asyncio.client import ClientConnection, connect

from bench.results import Measurement, write
from ir_client import AlertUpdated, IRClient, NewAlert, TokenCredentials
from ir_client.wire.alerts import Alert

CHANGES = 20_000
BATCH = 18  # 32 KB, as our server packs them
ROUNDS = 5
SKIPPED = 100  # connecting is not what is measured


def frames_by_hand() -> TypeAdapter[Any]:
    """The models that one would write: the same fields, pydantic's own types."""

    class Body(BaseModel):
        model_config = ConfigDict(extra="ignore", frozen=True)

    fields: dict[str, Any] = {}
    for name, field in Alert.model_fields.items():
        kind: Any = field.annotation
        if field.is_required():
            fields[name] = (datetime if kind is datetime else kind, ...)
        else:
            kind = datetime | None if "datetime" in str(kind) else kind
            fields[name] = (kind, field.get_default(call_default_factory=True))
    alert = create_model("AlertByHand", __base__=Body, **fields)
    new = create_model("New", __base__=Body, type=(Literal["new_alert"], ...), data=(alert, ...))
    changed = create_model(
        "Changed", __base__=Body, type=(Literal["alert_updated"], ...), data=(alert, ...)
    )
    return TypeAdapter(Annotated[new | changed, Field(discriminator="type")])  # type: ignore[valid-type] # made above


async def by_hand(port: int, decode: Callable[[bytes], object]) -> float:
    """Microseconds of CPU a change: `websockets`, single frames, `decode`."""
    address = f"ws://127.0.0.1:{port}/ws/incidents"
    async with connect(address, compression=None, proxy=None, max_size=None) as connection:
        await connection.recv()  # initial_data
        for _ in range(SKIPPED):
            decode(await connection.recv(decode=False))
        started = time.process_time()
        for _ in range(CHANGES - SKIPPED):
            decode(await connection.recv(decode=False))
        return _each(started)


async def by_hand_as_text(port: int) -> float:
    """The loop that everybody writes first."""
    address = f"ws://127.0.0.1:{port}/ws/incidents"
    async with connect(address, compression=None, proxy=None, max_size=None) as connection:
        return await _loop_over_text(connection)


async def _loop_over_text(connection: ClientConnection) -> float:
    count, started = 0, 0.0
    async for text in connection:
        event = json.loads(text)
        if event["type"] not in ("new_alert", "alert_updated"):
            continue
        count += 1
        if count == SKIPPED:
            started = time.process_time()
        elif count == CHANGES:
            break
    return _each(started)


async def with_sdk(url: str) -> float:
    """Microseconds of CPU a change, as the user of the SDK gets them."""
    credentials = TokenCredentials(SecretStr("bench"))
    count, started = 0, 0.0
    async with IRClient(url, credentials=credentials) as client, client.events() as stream:
        async for event in stream:
            match event:
                case NewAlert() | AlertUpdated():
                    count += 1
                    if count == SKIPPED:
                        started = time.process_time()
                    elif count == CHANGES:
                        break
        return _each(started)


def _each(started: float) -> float:
    return (time.process_time() - started) / (CHANGES - SKIPPED) * 1e6


@asynccontextmanager
async def frame_server() -> AsyncIterator[int]:
    """The port of a running `bench.frame_server`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.frame_server", str(CHANGES), str(BATCH)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def main() -> None:
    decode = frames_by_hand().validate_json
    samples: dict[str, list[float]] = {}
    async with frame_server() as port:
        plain = f"http://127.0.0.1:{port}/plain"
        work: dict[str, Callable[[], Awaitable[float]]] = {
            "floor": lambda: by_hand(port, decode),
            "single": lambda: with_sdk(plain),
            "text": lambda: by_hand_as_text(port),
            "batch": lambda: with_sdk(f"http://127.0.0.1:{port}"),
        }
        for _ in range(ROUNDS):
            for name, measure in work.items():
                gc.collect()
                samples.setdefault(name, []).append(await measure())
    rates = {name: 1e6 / median(each) for name, each in samples.items()}
    write(
        "stream",
        [
            Measurement(
                "single frames → typed events in the user's loop",
                rates["single"],
                "/s",
                "websockets recv + pydantic validate, no SDK",
                rates["floor"],
                goal=0.9,
                smaller_is_better=False,
            ),
            Measurement(
                "protocol 2 batches → typed events",
                rates["batch"],
                "/s",
                "websockets + json.loads on single frames",
                rates["text"],
                goal=1.5,
                smaller_is_better=False,
            ),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
