"""Decide which server a program talks to, and how.

A `Profile` is found from arguments, then `IR_*` environment variables, then the TOML file, then
defaults. Holds no secret: those live in `credentials`. Refuses addresses that carry a password.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import ConfigError

APP_NAME = "ir-console"
DEFAULT_PROFILE = "default"
DEFAULT_URL = "http://127.0.0.1:8000"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One server and how to reach it.

    `verify` is True, False (never outside a laboratory) or the file of a CA certificate.
    `proxy` overrides the environment's proxies; `""` means none.
    """

    name: str = DEFAULT_PROFILE
    url: str = DEFAULT_URL
    username: str | None = None
    verify: bool | str = True
    proxy: str | None = None
    timeout_seconds: float = 15.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", self.name):
            raise ConfigError(
                f"{self.name!r} cannot be the name of a profile",
                hint="Use letters, digits, dots, dashes and underscores.",
            )
        object.__setattr__(self, "url", checked_url(self.url))


def checked_url(url: str) -> str:
    """The address without trailing slash, or ConfigError when it is none of ours."""
    if not isinstance(url, str):
        raise _bad_url("it is not text")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _bad_url("it is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _bad_url("it must look like https://soc.example")
    if parts.username is not None or parts.password is not None:
        raise _bad_url("it must not carry a user name or password")
    if parts.query or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise _bad_url("it must be an address only, without query, fragment or blanks")
    url = url.rstrip("/")
    if url.endswith("/api/v1"):
        raise _bad_url("it must not end in /api/v1, which the client adds by itself")
    return url


def _bad_url(why: str) -> ConfigError:
    # The address itself is not repeated: it may hold a password.
    return ConfigError(
        f"The server address cannot be used: {why}",
        hint="Give an address like http://127.0.0.1:8000 (--url, IR_URL or the profile).",
    )


def config_path(env: Mapping[str, str] | None = None) -> Path:
    """Where profiles are kept: `IR_CONFIG`, or the platform's place for settings."""
    named = (os.environ if env is None else env).get("IR_CONFIG")
    if named:
        return Path(named)
    import platformdirs  # when first needed: a client with an address reads no settings

    return platformdirs.user_config_path(APP_NAME) / "config.toml"


def load_profile(
    name: str | None = None,
    *,
    url: str | None = None,
    username: str | None = None,
    verify: bool | str | None = None,
    env: Mapping[str, str] | None = None,
    path: Path | None = None,
) -> Profile:
    """The profile in force: arguments > `IR_*` > the file > defaults.

    A name that the file does not have is an error, unless an address is given beside it.
    """
    env = os.environ if env is None else env
    document = _read(path or config_path(env))
    wanted = name or env.get("IR_PROFILE")
    chosen = wanted or str(document.get("default", DEFAULT_PROFILE))
    stored = _profiles(document).get(chosen)
    given = {"url": url, "username": username, "verify": verify}
    asked = _from_environment(env) | {key: value for key, value in given.items() if value}
    if verify is False:
        asked["verify"] = False
    if stored is None and wanted and "url" not in asked:
        known = ", ".join(sorted(_profiles(document))) or "none"
        raise ConfigError(
            f"There is no profile named {chosen!r} (there are: {known})",
            hint=f"Log in with --url to make it: ir-console login --profile {chosen} --url …",
        )
    base = stored or Profile(name=chosen)
    return replace(base, **asked)


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, variable in (("url", "IR_URL"), ("username", "IR_USERNAME"), ("proxy", "IR_PROXY")):
        if env.get(variable):
            found[field] = env[variable]
    if env.get("IR_VERIFY"):
        found["verify"] = _verify_from(env["IR_VERIFY"])
    if env.get("IR_TIMEOUT"):
        try:
            found["timeout_seconds"] = float(env["IR_TIMEOUT"])
        except ValueError:
            raise ConfigError("IR_TIMEOUT must be a number of seconds") from None
    return found


def _verify_from(text: str) -> bool | str:
    if text.lower() in _TRUE:
        return True
    return False if text.lower() in _FALSE else text


def list_profiles(path: Path | None = None) -> list[Profile]:
    """All profiles of the file, by name."""
    return sorted(_profiles(_read(path or config_path())).values(), key=lambda one: one.name)


def save_profile(profile: Profile, path: Path | None = None) -> None:
    """Write a profile into the file, beside the others; the first one becomes the default."""
    path = path or config_path()
    document = _read(path)
    tables = document.setdefault("profiles", {})
    plain = {
        field.name: getattr(profile, field.name)
        for field in fields(profile)
        if field.name != "name" and getattr(profile, field.name) is not None
    }
    tables[profile.name] = tables.get(profile.name, {}) | plain
    document.setdefault("default", profile.name)
    _write(path, document)


def set_default_profile(name: str, path: Path | None = None) -> None:
    """Make a profile of the file the one in force where none is named. Raises ConfigError."""
    path = path or config_path()
    document = _read(path)
    known = _profiles(document)
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise ConfigError(
            f"There is no profile named {name!r} (there are: {names})",
            hint=f"Log in with --url to make it: ir-console login --profile {name} --url …",
        )
    document["default"] = name
    _write(path, document)


def delete_profile(name: str, path: Path | None = None) -> bool:
    """Remove a profile from the file; False when it was not there."""
    path = path or config_path()
    document = _read(path)
    if document.get("profiles", {}).pop(name, None) is None:
        return False
    if document.get("default") == name:
        del document["default"]
    _write(path, document)
    return True


def _read(path: Path) -> dict[str, Any]:
    import tomllib  # when first needed

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", hint="Correct the file, or move it away."
        ) from error
    tables = document.get("profiles", {})
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise ConfigError(f"{path}: profiles must be tables like [profiles.prod]")
    return document


def _profiles(document: dict[str, Any]) -> dict[str, Profile]:
    known = {field.name for field in fields(Profile)} - {"name"}
    return {
        name: _profile(name, {key: value for key, value in table.items() if key in known})
        for name, table in document.get("profiles", {}).items()
    }


def _profile(name: str, values: dict[str, Any]) -> Profile:
    for key, value in values.items():
        accepted = {"verify": bool | str, "timeout_seconds": float | int}.get(key, str)
        if not isinstance(value, accepted) or (key == "timeout_seconds" and value is True):
            raise ConfigError(f"Profile {name!r}: {key} has a value of the wrong kind")
    return Profile(name=name, **values)


def _write(path: Path, document: dict[str, Any]) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one."""
    text = _as_toml(document)
    try:
        _replace(path, text)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            hint="Name a file in a directory of yours in IR_CONFIG.",
        ) from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".config-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _as_toml(table: dict[str, Any], prefix: str = "") -> str:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            full = f"{prefix}{_key(key)}"
            lines.append(f"\n[{full}]\n{_as_toml(value, f'{full}.')}".rstrip("\n"))
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, str):
        # JSON's escapes are TOML's, except that TOML wants DEL escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    raise ConfigError(
        "The settings file holds lists or dates, which would not be written back as they were",
        hint="Edit the file by hand.",
    )
