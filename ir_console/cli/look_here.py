"""What `doctor` looks at on this machine: versions, settings, logins, the terminal."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from ir_client.errors import ConfigError, IRError

from .exits import ExitCode, told
from .findings import Finding, fail, of_terminal, ok, warn

if TYPE_CHECKING:
    from ir_client import CredentialStore, Profile

_PACKAGES = ("textual", "httpx", "websockets", "pydantic", "typer")


def versions() -> Finding:
    """What runs here."""
    ours = [f"{name} {found}" for name in _PACKAGES if (found := _version(name))]
    words = f"ir-console {_version('ir-console')}, Python {platform.python_version()}"
    return ok("versions", f"{words}, {', '.join(ours)}; {platform.system()} {platform.release()}")


def settings(profile: "Profile | ConfigError") -> Iterator[Finding]:
    """The settings files, and the profile in force."""
    from ir_client.config import config_path, list_profiles
    from ir_console.settings import settings_path

    if isinstance(profile, ConfigError):
        yield fail("profile", str(profile), profile.hint, ExitCode.USAGE)
    else:
        known = [one.name for one in list_profiles()]
        if profile.name in known:
            yield ok("profile", f"{profile.name}, {profile.url} ({config_path()})")
        elif os.environ.get("IR_URL"):
            yield ok("profile", f"none; {profile.url} is named in IR_URL")
        else:
            do = "ir-console login https://soc.example makes one; ir-console demo needs none."
            yield warn("profile", f"none is in force, so {profile.url} is asked", do)
    yield _console_settings(str(settings_path()))


def logins(profile: "Profile", store: "CredentialStore | ConfigError") -> Finding:
    """With what we would log in: the token that is given, or the login that is kept, and where."""
    from ir_client.credentials import token_from_environment

    try:
        if token_from_environment() is not None:
            return ok("logins", "the token in IR_TOKEN is used, whatever login is kept")
        if isinstance(store, ConfigError):
            raise store
        is_kept = store.load(profile) is not None
    except ConfigError as error:
        return fail("logins", str(error), error.hint, ExitCode.USAGE)
    if not store.persistent:
        do = "A login ends with its command: name a file of yours in IR_CREDENTIALS_FILE, or a "
        said = f"kept in {store.description}{_which_keyring()}"
        return warn("logins", said, f"{do}token in IR_TOKEN.")
    what = "one for this server is kept" if is_kept else "none for this server is kept yet"
    return ok("logins", f"{what} in {store.description}{_which_keyring()}")


def terminal() -> Iterator[Finding]:
    """What the console would be shown on."""
    size = None
    if sys.stdout.isatty():
        found = os.get_terminal_size(sys.stdout.fileno())
        size = (found.columns, found.lines)
    return of_terminal(os.environ, size=size, encoding=sys.stdout.encoding or "")


def store_here() -> "CredentialStore | ConfigError":
    """Where logins are kept, or why that cannot be said."""
    from ir_client import CredentialStore

    try:
        return CredentialStore.default()
    except ConfigError as error:
        return error
    except Exception as error:  # noqa: BLE001 # a keyring is code of others, and loads more of it
        return ConfigError(
            f"The keyring cannot be used ({type(error).__name__})",
            hint="Set IR_NO_KEYRING=1 and use IR_TOKEN or IR_CREDENTIALS_FILE.",
        )


def _which_keyring() -> str:
    """Which keyring the library has found, or that it is not asked; nothing where a file is."""
    if os.environ.get("IR_CREDENTIALS_FILE"):
        return ""
    if os.environ.get("IR_NO_KEYRING"):
        return " (the keyring is not asked, since IR_NO_KEYRING is set)"
    import keyring

    backend = type(keyring.get_keyring())
    return f" (the backend is {backend.__module__}.{backend.__qualname__})"


def _console_settings(path: str) -> Finding:
    from .console import console_settings

    try:
        console_settings()
    except IRError as error:
        return fail("settings", told(error), "The console does not open before.", ExitCode.USAGE)
    is_there = os.path.exists(path)
    return ok("settings", f"{path}" if is_there else "the console's are the usual ones")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
