import asyncio
import signal

import pytest

from ir_client import CredentialStore, Profile
from ir_console.cli.connecting import _interruptible, connected
from ir_console.cli.output import Output


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


def test_who_was_given_a_token_does_not_wait_for_the_keyring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never() -> CredentialStore:
        raise AssertionError("the keyring was looked for")

    async def url_of_connected() -> str:
        async with connected(Profile("p", "http://127.0.0.1:1"), Output.standard()) as client:
            return client.url

    monkeypatch.setenv("IR_TOKEN", "a-token-that-was-given")
    monkeypatch.setattr(CredentialStore, "default", never)
    assert asyncio.run(url_of_connected()) == "http://127.0.0.1:1"
