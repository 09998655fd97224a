import asyncio
import signal

import pytest

from ir_console.cli.connecting import _interruptible


def test_ctrl_c_ends_the_wait_for_a_person_also_inside_of_an_event_loop() -> None:
    reached: list[str] = []

    async def ask() -> None:
        with _interruptible():
            signal.raise_signal(signal.SIGINT)
            reached.append("behind the interrupt")

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(ask())
    assert reached == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
