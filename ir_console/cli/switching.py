"""From the console of one profile to that of another, and back where that one cannot be opened."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from ir_client.config import list_profiles, load_profile
from ir_client.errors import IRError
from ir_console.model.spans import Tone
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text

if TYPE_CHECKING:
    from ir_client import PasswordCredentials, Profile
    from ir_console.settings import ConsoleSettings
    from ir_console.tui.profile_flow import Profiles

Done = TypeVar("Done")

# What these name is meant for one server, and a token must not be sent to another one.
_OF_ONE_SERVER = ("IR_URL", "IR_TOKEN")


class Switching:
    """Which profile is open, and what is known of those that were open before."""

    def __init__(
        self,
        profile: "Profile",
        credentials: "PasswordCredentials | None",
        settings: "ConsoleSettings",
    ) -> None:
        self.profile, self.settings = profile, settings
        self._opened = {profile.name: profile}
        self._credentials = {profile.name: credentials}
        self._left: Profile | None = None
        self._notice: Toast | None = None

    @property
    def credentials(self) -> "PasswordCredentials | None":
        """What was given for this profile where no login is kept."""
        return self._credentials.get(self.profile.name)

    def profiles(self) -> "Profiles":
        """What the console is to know of profiles."""
        from ir_console.tui.profile_flow import Profiles

        named = [name for name in _OF_ONE_SERVER if os.environ.get(name)]
        obstacle = f"{named[0]} is set, which is for one server." if named else ""
        return Profiles(self.profile.name, (lambda: {}) if named else self._known, obstacle)

    def go(self, name: str) -> None:
        """Open this one next. Raises ConfigError when there is no such profile any more."""
        self._left = self.profile
        try:
            self.profile = self._opened.get(name) or load_profile(name)
            self.settings = _settings_now(self.settings)
        except IRError as error:
            self._go_back(error, name)

    def attempt(self, open_it: Callable[[], Done]) -> Done:
        """Open it; where that fails, the one that was left for it is opened again."""
        while True:
            try:
                return open_it()
            except IRError as error:
                if self._left is None:
                    raise
                self._go_back(error, self.profile.name)

    def take_notice(self) -> Toast | None:
        """What is to be said in the console that is opened now; it was opened, then."""
        self._opened[self.profile.name] = self.profile
        self._left = None
        notice, self._notice = self._notice, None
        return notice

    def _go_back(self, error: IRError, name: str) -> None:
        assert self._left is not None
        self.profile, self._left = self._left, None
        words = f"✗ {safe_text(name, 40)} was not opened: {safe_text(str(error), 200)}"
        self._notice = Toast(Tone.ERROR, words, safe_text(error.hint, 200))

    def _known(self) -> Mapping[str, str]:
        opened = {profile.name: profile.url for profile in self._opened.values()}
        try:
            return opened | {profile.name: profile.url for profile in list_profiles()}
        except IRError:
            return opened


def _settings_now(before: "ConsoleSettings") -> "ConsoleSettings":
    """The settings as they are written now: a view may have been saved. Else those from before."""
    from .console import console_settings

    try:
        return console_settings()
    except IRError:
        return before
