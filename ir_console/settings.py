"""What an analyst can choose about the console: `IR_CONSOLE_*`, else the settings file, else this.

Refuses what the console cannot do, naming the file and the setting; secrets are no settings.
"""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from ir_client.config import config_path
from ir_client.errors import ConfigError
from ir_client.wire.values import Severity

from .one_writer import one_writer

_PREFIX = "IR_CONSOLE_"


class ViewSettings(BaseModel):
    """A view as it is written down: see docs/console.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    filter: str = ""
    sort: str = ""
    group: str = ""
    columns: tuple[str, ...] = ()


class ConsoleSettings(BaseSettings):
    """The console's settings; each is also `IR_CONSOLE_` + its name in the environment."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    theme: Literal["dark", "light", "high-contrast", "color-blind"] = "dark"
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
    view: str = "Open"
    """The view that the console opens with."""
    keys: dict[str, str | list[str]] = Field(default_factory=dict)
    """Other keys for what has an id."""
    views: tuple[ViewSettings, ...] = Field(default_factory=tuple)
    """Views beside the built-in ones; one of the same name takes the place of that."""


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


def save_view(path: Path, view: ViewSettings) -> None:
    """Write a view into the file, in the place of one of its name or behind all else.

    The rest stays as it was written, remarks too. Raises ConfigError.
    """
    hint = "Write the view into the file by hand."
    try:
        with one_writer(path):
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            new = _with_view(text, view)
            tomllib.loads(new)
            _replace(path, new)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} holds its views in another way: {error}", hint=hint) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", hint=hint) from error


def _with_view(text: str, view: ViewSettings) -> str:
    blocks, block = _blocks(text), _as_block(view)
    places = [place for place, one in enumerate(blocks) if _is_view(one, view.name)]
    if not places:
        return f"{text.rstrip()}\n\n{block}".lstrip()
    blocks[places[0]] = f"{block}\n"
    return "".join(blocks)


def _blocks(text: str) -> list[str]:
    """The text, cut before each table."""
    return re.split(r"(?m)^(?=[ \t]*\[)", text)


def _is_view(block: str, name: str) -> bool:
    if not block.lstrip().startswith("[[views]]"):
        return False
    try:
        view = tomllib.loads(block)["views"][0]
    except tomllib.TOMLDecodeError:
        return False
    return str(view.get("name", "")).casefold() == name.casefold()


def _as_block(view: ViewSettings) -> str:
    # JSON's escapes are TOML's, except that TOML wants DEL escaped too.
    given = {"name": view.name, "filter": view.filter, "sort": view.sort, "group": view.group}
    values: dict[str, object] = {key: value for key, value in given.items() if value}
    if view.columns:
        values["columns"] = list(view.columns)
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(("[[views]]", *lines, "")).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    """Write the file in one step, so that a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".console-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
    if name == "keys" and rest:
        entry = f'[keys] "{rest[0]}"'
    elif name == "views" and rest:
        entry = " ".join(("[[views]] number", str(int(rest[0]) + 1), *map(str, rest[1:2])))
    else:
        entry = str(name)
    return ConfigError(f"{path}: {entry}: {first['msg']}", hint="Correct it.")
