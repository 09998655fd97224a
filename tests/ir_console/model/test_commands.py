"""The `:` line: what is read, what is refused and where, and what may be meant."""

import pytest

from ir_console.model.action_menu import action_menu, subject_of
from ir_console.model.arranging import Arrangement, Sort
from ir_console.model.command_lines import command_line
from ir_console.model.commands import (
    COMMANDS,
    CommandError,
    Deed,
    FilterBy,
    GoTo,
    GroupBy,
    KeepView,
    OpenProfile,
    ShowColumns,
    SortBy,
    UseTheme,
    World,
    complete_command,
    read_command,
)
from ir_console.model.filters import read_filter
from ir_console.model.help import help_page
from ir_console.model.keymap import Keymap
from ir_console.model.keys import KEYS
from ir_console.model.saved_views import BUILT_IN, ViewList
from ir_console.model.spans import width_of
from ir_console.model.state import Arrival, ConsoleState, Origin
from tests.support.builders import a_user, an_alert

WORLD = World(Keymap(), ViewList(), ("dark", "light"))


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("view mine", BUILT_IN[1]),
        ("  v ur ", BUILT_IN[2]),
        ("view 5", BUILT_IN[4]),
        ("view save Night shift", KeepView("Night shift")),
        ("sort severity", SortBy(Sort("severity"))),
        ("sort -host", SortBy(Sort("host", True))),
        ("sort", SortBy(Sort())),
        ("group rule", GroupBy("rule")),
        ("group none", GroupBy("")),
        ("columns severity, title  host", ShowColumns(("severity", "title", "host"))),
        ("columns default", ShowColumns(())),
        ("theme light", UseTheme("light")),
        ("goto 1042", GoTo(1042)),
        ("goto #7", GoTo(7)),
        ("filter host: web-*", FilterBy(read_filter("host: web-*"))),
        ("filter", FilterBy(None)),
    ],
)
def test_commands_are_read(text: str, deed: Deed) -> None:
    assert read_command(text, WORLD) == deed


def test_everything_that_a_key_does_is_a_command() -> None:
    for use in KEYS:
        assert read_command(use.id, WORLD) == use
    assert read_command("q", WORLD) == read_command("console.quit", WORLD)


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("", "", "Tab names them|Perhaps"),
        ("sotr host", "sotr", "Tab names them"),
        (" triage.tak", "triage.tak", "Perhaps triage.take"),
        ("triage.take now", "triage.take", "Perhaps|Tab"),
        ("sort hsot", "hsot", "did you mean host"),
        ("view zzz", "zzz", "There are Open, Mine"),
        ("view save ", "save", "Give it a name"),
        ("goto x", "x", "number of an alert"),
        ("goto", "", "number of an alert"),
        ("theme pink", "pink", "There are dark, light"),
        ("columns severity hots", "severity hots", "did you mean host"),
        ("filter severity: zzz", "zzz", "critical"),
        ("quit now", "now", "takes no words"),
    ],
)
def test_mistakes_are_marked_in_place_with_what_to_write(text: str, marked: str, hint: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_command(text, WORLD)
    mistake = refused.value.mistake
    assert text[mistake.start : mistake.start + mistake.length] == marked
    assert any(one in mistake.hint for one in hint.split("|"))


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("so", ("sort ",)),
        ("sort st", ("status",)),
        ("sort -st", ("-status",)),
        ("view o", ("Open", "Overdue")),
        ("group ", ("rule", "host", "address", "user", "correlation", "none")),
        ("columns severity ti", ("title",)),
        ("theme l", ("light",)),
        ("filter sever", ("severity: ",)),
        ("undo", ("triage.undo",)),
        ("zzz", ()),
        ("quit ", ()),
    ],
)
def test_what_may_be_meant_is_proposed(text: str, texts: tuple[str, ...]) -> None:
    found = complete_command(text, len(text), WORLD)
    assert found.texts[: len(texts)] == texts
    if texts:
        assert text[found.start :] == found.typed
    else:
        assert not found.texts


def test_proposals_can_be_read() -> None:
    for command in COMMANDS:
        found = complete_command(f"{command.name} ", len(command.name) + 1, WORLD)
        for text in found.texts:
            if not text.endswith(" ") and command.name != "filter":
                read_command(f"{command.name} {text}", WORLD)


def test_the_line_fits_and_says_what_a_command_takes() -> None:
    nothing = complete_command("goto 1", 6, WORLD)
    line = command_line("goto 1", None, nothing, chosen=0, column=3, width=80)
    assert width_of(line) == 80
    assert "goto NUMBER" in "".join(span.text for span in line)


def test_help_lists_commands_and_says_what_can_be_run() -> None:
    page = help_page("sort", 80, Keymap())
    assert "sort " in page.runs
    chosen = help_page("undo what", 80, Keymap(), chosen=0)
    text = "".join(span.text for span in chosen.lines[chosen.chosen_line])
    assert text.startswith("❯ z")
    assert [run.id for run in chosen.runs if not isinstance(run, str)] == ["triage.undo"]
    assert not help_page("xyzzy", 80, Keymap()).runs


def a_state() -> ConsoleState:
    state = ConsoleState()
    state.meet(a_user(id=7, username="dana"))
    alerts = (
        an_alert(id=1, status="new", affected_hostname="web"),
        an_alert(id=2, status="closed", assigned_analyst_id=8, affected_hostname="web"),
    )
    state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    return state


def reasons(state: ConsoleState, *, is_read_only: bool = False) -> dict[str, str]:
    entries = action_menu(state, Keymap(), is_read_only=is_read_only)
    return {entry.use.id: entry.reason for entry in entries}


def test_the_menu_says_what_may_not_be_done_and_why() -> None:
    state = a_state()
    state.viewport.move_to(2)
    told = reasons(state)
    assert "is with user 8" in told["triage.take"]
    assert "closed already" in told["triage.close"]
    assert told["triage.comment"] == told["look.open"] == ""
    assert "no groups" in told["view.fold"]
    assert subject_of(state)[0] == "#2"
    assert "read-only" in reasons(state, is_read_only=True)["triage.status"]


def test_the_menu_of_a_group_is_about_its_alerts() -> None:
    state = a_state()
    state.arrange(Arrangement(group="host"))
    told = reasons(state)
    assert told["triage.take"] == told["triage.close"] == told["view.fold"] == ""
    assert told["triage.comment"] == told["look.raw"] == "it is about one alert"
    assert subject_of(state) == ("2 alerts", "of one host: web")


def test_the_menu_of_nothing_offers_nothing_about_an_alert() -> None:
    told = reasons(ConsoleState())
    assert all(told[use_id] for use_id in ("triage.take", "look.open", "notice.mute"))
    assert subject_of(ConsoleState())[0] == "No alert"


def test_profiles_are_commands_by_their_names() -> None:
    world = World(Keymap(), ViewList(), ("dark",), ("prod", "test"))
    assert read_command("profile", world) == OpenProfile("")
    assert read_command("profile prod", world) == OpenProfile("prod")
    assert complete_command("profile p", 9, world).texts == ("prod",)
    with pytest.raises(CommandError) as refused:
        read_command("profile pord", world)
    assert refused.value.mistake.hint == "There are prod, test"
