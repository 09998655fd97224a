"""The form for somebody without a server: what is typed arrives where it belongs."""

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from ir_console.cli.app import Asked
from ir_console.cli.first_run import is_first_run
from ir_console.tui.first_run import Demo, FirstRunApp, Login
from ir_console.tui.screen_text import screen_text
from tests.support.console import at_sizes


async def typed(pilot: Pilot[object], *words: str) -> None:
    for word in words:
        await pilot.press(*word, "enter")


async def test_it_starts_at_what_is_missing_and_returns_what_was_typed() -> None:
    app = FirstRunApp(url="http://soc.example")
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "dana", "secret")
    assert isinstance(app.return_value, Login)
    assert (app.return_value.url, app.return_value.username) == ("http://soc.example", "dana")
    assert app.return_value.password.get_secret_value() == "secret"
    assert "secret" not in repr(app.return_value)


async def test_a_password_is_never_shown_and_never_typed_into_another_line() -> None:
    app = FirstRunApp(url="http://soc.example")
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "dana")
        await pilot.press(*"secret")
        assert "secret" not in screen_text(app)
        assert app.query_one("#username", Input).value == "dana"


async def test_keys_are_done_in_their_order_however_fast_they_come() -> None:
    app = FirstRunApp(url="http://mistyped", username="dana")
    keys = ("shift+tab", "shift+tab", "end", "ctrl+u", *"soc", "enter", "enter", *"secret", "enter")
    async with app.run_test(size=(80, 24)) as pilot:
        for key in (*keys, *"late"):
            app.simulate_key(key)
        await pilot.pause()
    assert isinstance(app.return_value, Login)
    assert (app.return_value.url, app.return_value.username) == ("soc", "dana")
    assert app.return_value.password.get_secret_value() == "secret"


async def test_nothing_is_sent_while_something_is_missing() -> None:
    app = FirstRunApp(url="http://soc.example")
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "", "secret")
        assert app.focused is app.query_one("#username")
        assert app.return_value is None
        await typed(pilot, "dana")
        await pilot.press("enter")
    assert isinstance(app.return_value, Login)


@pytest.mark.parametrize("size", at_sizes((80, 24), (60, 15), (160, 50)))
async def test_what_went_wrong_is_shown_safely_beside_the_keys(size: tuple[int, int]) -> None:
    app = FirstRunApp(url="http://soc.example", username="dana", problem="No\x1b[2J [/x] answer")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "[/x] answer" in screen_text(app)
        assert "\x1b" not in screen_text(app)
        assert app.focused is app.query_one("#password")


async def test_the_demo_and_the_way_out_are_one_key_each() -> None:
    for key, wanted in (("f2", Demo), ("escape", type(None))):
        app = FirstRunApp(url="http://soc.example")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(key)
        assert isinstance(app.return_value, wanted)


async def test_what_is_pasted_is_one_line_of_plain_text() -> None:
    app = FirstRunApp(url="http://soc.example")
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste("da\x1bna\nrest"))
        await pilot.pause()
        assert app.query_one("#username", Input).value == "dana"


@pytest.mark.parametrize(
    ("asked", "variable", "is_first"),
    [
        (Asked(), None, True),
        (Asked(url="http://x"), None, False),
        (Asked(profile="x"), None, False),
        (Asked(), "IR_URL", False),
        (Asked(), "IR_TOKEN", False),
        (Asked(), "IR_PROFILE", False),
    ],
)
def test_it_is_the_first_run_while_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    asked: Asked,
    variable: str | None,
    is_first: bool,
) -> None:
    directory = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("IR_CONFIG", str(directory / "config.toml"))
    for name in ("IR_PROFILE", "IR_URL", "IR_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "x")
    assert is_first_run(asked) is is_first
    (directory / "config.toml").write_text('[profiles.soc]\nurl = "http://x"\n')
    assert not is_first_run(asked)
