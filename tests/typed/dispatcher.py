"""The types of handlers: each gets the event that it asked for."""

from typing import assert_type

from ir_client import (
    AlertUpdated,
    Dispatcher,
    HandlerFailure,
    IRClient,
    NewAlert,
    StateChanged,
    errors,
)
from ir_client.stream.events import Event


def note(failure: HandlerFailure) -> None:
    assert_type(failure.event, Event)


def handlers(client: IRClient) -> None:
    bot = client.dispatcher(concurrency=4, on_error=note, events=lambda: client.events())
    assert_type(bot, Dispatcher)

    @bot.on(NewAlert, where=lambda event: event.alert.severity == "critical")
    async def page(event: NewAlert) -> int:
        return event.alert.id

    async def handlers_stay_what_they_are(event: NewAlert) -> None:
        assert_type(await page(event), int)

    @bot.on_state
    def state(change: StateChanged) -> None:
        assert_type(change, StateChanged)

    bot.on(NewAlert, where=lambda event: event.seen)  # type: ignore[attr-defined] # no such field

    @bot.on(NewAlert)  # type: ignore[arg-type] # the handler is for other events
    async def other(event: AlertUpdated) -> None: ...


def unfinished(error: errors.DrainTimeout) -> None:
    assert_type(error.unfinished, tuple[Event, ...])
