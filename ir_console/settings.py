"""What an analyst can choose about the console, from `IR_CONSOLE_*` or arguments.

Refuses what the console cannot do, naming the setting; secrets are no settings.
"""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ir_client.wire.values import Severity


class ConsoleSettings(BaseSettings):
    """The console's settings; each is also `IR_CONSOLE_` + its name in the environment."""

    model_config = SettingsConfigDict(env_prefix="IR_CONSOLE_", frozen=True)

    theme: Literal["dark", "light", "high-contrast"] = "dark"
    read_only: bool = False
    frames_per_second: int = Field(default=10, ge=1, le=60)
    snapshot_limit: int = Field(default=20_000, ge=0, le=1_000_000)
    """How many alerts are fetched at the start, newest first."""
    toast_severity: Severity | Literal["none"] = "high"
    """The least severity of a new alert that is worth a toast."""
    toast_seconds: float = Field(default=6.0, gt=0, le=60)
