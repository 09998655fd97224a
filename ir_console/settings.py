"""What an analyst can choose about the console: `IR_CONSOLE_*`, else the settings file, else this.

Refuses what the console cannot do, naming the file and the setting; secrets are no settings.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from ir_client.config import config_path
from ir_client.errors import ConfigError
from ir_client.wire.values import Severity

_PREFIX = "IR_CONSOLE_"


class ConsoleSettings(BaseSettings):
    """The console's settings; each is also `IR_CONSOLE_` + its name in the environment."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    theme: Literal["dark", "light", "high-contrast"] = "dark"
    read_only: bool = False
    frames_per_second: int = Field(default=10, ge=1, le=60)
    snapshot_limit: int = Field(default=20_000, ge=0, le=1_000_000)
    """How many alerts are fetched at the start, newest first."""
    toast_severity: Severity | Literal["none"] = "high"
    """The least severity of a new alert that is worth a toast."""
    toast_seconds: float = Field(default=6.0, gt=0, le=60)
    bell: bool = False
    """Ring the terminal's bell for a critical alert."""
    desktop_notice: bool = False
    """Have the terminal show a notice of the desktop (OSC 9) for a critical alert."""
    keys: dict[str, str | list[str]] = Field(default_factory=dict)
    """Other keys for what has an id."""


def settings_path(env: Mapping[str, str] | None = None) -> Path:
    """Where the settings are kept: `IR_CONSOLE_CONFIG`, or `console.toml` beside the profiles."""
    env = os.environ if env is None else env
    named = env.get(f"{_PREFIX}CONFIG")
    return Path(named) if named else config_path(env).with_name("console.toml")


def load_settings(path: Path, env: Mapping[str, str] | None = None) -> ConsoleSettings:
    """The settings in force; a file that is not there says nothing.

    Raises ConfigError: one line that names the file and the entry, or the variable.
    """
    in_environment = {name.upper() for name in (os.environ if env is None else env)}
    written = _read(path)
    unknown = sorted(written.keys() - ConsoleSettings.model_fields.keys())
    if unknown:
        near = get_close_matches(unknown[0], ConsoleSettings.model_fields, 1)
        hint = f"did you mean {near[0]}?" if near else "docs/console.md names them all"
        raise ConfigError(f"{path}: {unknown[0]}: there is no such setting ({hint})")
    given = {
        name: value
        for name, value in written.items()
        if f"{_PREFIX}{name.upper()}" not in in_environment
    }
    try:
        return ConsoleSettings(**given)
    except ValidationError as error:
        raise _refused(error, path, given) from None
    except SettingsError as error:
        raise ConfigError(f"{_PREFIX}…: {error}", hint="Write it as JSON, or unset it.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", hint="Correct the file, or move it away."
        ) from error


def _refused(error: ValidationError, path: Path, given: Mapping[str, Any]) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    name, *rest = first["loc"]
    if name not in given:
        words = f"{_PREFIX}{str(name).upper()}: {first['msg']}"
        return ConfigError(words, hint="Correct or unset it.")
    entry = f'[keys] "{rest[0]}"' if name == "keys" and rest else str(name)
    return ConfigError(f"{path}: {entry}: {first['msg']}", hint="Correct it.")
