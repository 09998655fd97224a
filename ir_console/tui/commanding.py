"""The part of the app that does what it is told by name: commands, the menu, help and palette."""

from collections.abc import Iterable
from functools import partial
from typing import assert_never

from textual import on
from textual.app import SystemCommand
from textual.screen import Screen

from ir_console.model.action_menu import MenuEntry, action_menu, subject_of
from ir_console.model.commands import (
    COMMANDS,
    Deed,
    FilterBy,
    GoTo,
    GroupBy,
    KeepView,
    Look,
    OpenProfile,
    ShowColumns,
    SortBy,
    UseTheme,
    World,
)
from ir_console.model.keymap import Keymap
from ir_console.model.keys import KeyUse
from ir_console.model.saved_views import View
from ir_console.model.spans import Tone
from ir_console.model.themes import THEME_WORDS
from ir_console.safe_text import safe_text

from .profile_flow import ProfileFlow
from .screens.action_menu import ActionMenu
from .screens.help import HelpScreen
from .viewing import ViewingApp
from .widgets.command_bar import CommandBar


class CommandingApp(ViewingApp):
    """An app that takes commands."""

    keymap: Keymap
    profiles: ProfileFlow

    @property
    def world(self) -> World:
        """What commands may be about now."""
        profiles = self.profiles.names
        return World(self.keymap, self.state.views, tuple(THEME_WORDS), profiles)

    def action_command(self, begun: str = "") -> None:
        """Let a command be typed; its beginning may be there already."""
        self.live.begin_command(self.world, begun)

    @on(CommandBar.Entered)
    async def command_entered(self, message: CommandBar.Entered) -> None:
        """Do what was typed."""
        await self.carry_out(message.deed)

    async def carry_out(self, deed: Deed) -> None:
        """Do what a command is for."""
        match deed:
            case KeyUse(action=action):
                await self.run_action(action, self.live)
            case OpenProfile(name=name):
                self.profiles.open(name)
                self.show_triage()
            case _:
                self._look(deed)

    def _look(self, deed: Look) -> None:
        match deed:
            case View():
                self.show_view(deed)
            case KeepView(name=name):
                self.keep_view(name)
            case SortBy(sort=sort):
                self.show_sorted(sort)
            case GroupBy(group=group):
                self.show_grouped(group)
            case ShowColumns(names=names):
                self.show_columns(names)
            case UseTheme(word=word):
                self.theme = THEME_WORDS[word]
            case FilterBy(wanted=wanted):
                self.show_filtered(self.state.chosen_view.filter if wanted is None else wanted)
            case GoTo(alert_id=alert_id):
                self._go_to(alert_id)
            case _:
                assert_never(deed)

    def action_menu(self) -> None:
        """Offer what may be done with the alert under the cursor."""
        entries = action_menu(self.state, self.keymap, is_read_only=self.triage.is_read_only)
        title, subject = subject_of(self.state)

        def chosen(entry: MenuEntry | None) -> None:
            if entry is not None:
                self.call_later(self.carry_out, entry.use)

        self.push_screen(ActionMenu(entries, title=title, subject=subject), chosen)

    def action_help(self) -> None:
        """The help; what is chosen in it is done."""

        def chosen(found: "KeyUse | str | None") -> None:
            if isinstance(found, KeyUse):
                self.call_later(self.carry_out, found)
            elif found is not None:
                self.action_command(found)

        self.push_screen(HelpScreen(self.live.paint_with, self.keymap), chosen)

    def get_system_commands(
        self,
        screen: Screen[object],  # noqa: ARG002 -- the toolkit's signature
    ) -> Iterable[SystemCommand]:
        """What the command palette offers: keys' actions, commands, views and themes."""
        for use in self.keymap.uses:
            if use.action != "app.command_palette" and not use.action.startswith("app.view("):
                run = partial(self.carry_out, use)
                yield SystemCommand(use.words.capitalize(), f"Key {use.shown_keys}", run)
        for command in COMMANDS:
            if " " in command.usage:
                run_line = partial(self.action_command, f"{command.name} ")
                yield SystemCommand(f":{command.usage}", command.words.capitalize(), run_line)
        for view in self.state.views.views:
            words = view.filter.text or "All alerts"
            yield SystemCommand(f"View: {view.title}", words, partial(self.show_view, view))
        for name in self.profiles.names:
            go = partial(self.carry_out, OpenProfile(name))
            yield SystemCommand(f"Profile: {safe_text(name, 40)}", "Leave for this server", go)
        for word in THEME_WORDS:
            use_theme = partial(self.carry_out, UseTheme(word))
            yield SystemCommand(f"Theme: {word}", "Change the colours", use_theme)

    def _go_to(self, alert_id: int) -> None:
        if self.state.viewport.move_to(alert_id):
            self.live.after_move()
        elif alert_id in self.state.book:
            hint = f":filter id: {alert_id} shows it"
            self.say(Tone.WARNING, f"#{alert_id} does not pass the filter", hint)
        else:
            self.say(Tone.WARNING, f"There is no alert #{alert_id} here")
