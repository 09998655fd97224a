"""What an operator may set, and what each setting is when nobody set it.

Holds values only: opens nothing and makes up no secret. What is left unset here and must exist
(secret key, first password, first token) is made up where the parts are wired.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Megabyte = 1024 * 1024
SQLITE_PREFIX = "sqlite:///"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")


def _checked_token(value: SecretStr) -> SecretStr:
    # Without a dot it can never be mistaken for a JWT.
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise PydanticCustomError(
            "token", "Input should be 16 to 256 letters, digits, hyphens or underscores"
        )
    return value


def _separated(given: object) -> object:
    return given.split(",") if isinstance(given, str) else given


_Minutes = Annotated[float, Field(gt=0, le=3650 * 24 * 60)]
# Written like 15,60,240,1440: the library would want JSON.
MinutesByPriority = Annotated[
    tuple[_Minutes, _Minutes, _Minutes, _Minutes], NoDecode, BeforeValidator(_separated)
]

EndpointTokenValue = Annotated[SecretStr, AfterValidator(_checked_token)]


def default_database_url() -> str:
    """A file in the user's data directory: the same one from wherever the server is started."""
    return f"{SQLITE_PREFIX}{platformdirs.user_data_path('ir-central') / 'ir-central.db'}"


class ServerSettings(BaseSettings):
    """Settings of one server process, from `IR_SERVER_*` and a few plain names."""

    model_config = SettingsConfigDict(
        env_prefix="IR_SERVER_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(
        default_factory=default_database_url,
        pattern=r"^sqlite:///[^?#]+$",
        validation_alias=AliasChoices("IR_SERVER_DATABASE_URL", "DATABASE_URL"),
    )
    """Where the data lives: `sqlite:///relative/path` or `sqlite:////absolute/path`."""

    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        validation_alias=AliasChoices("IR_SERVER_SECRET_KEY", "SECRET_KEY"),
    )
    """Signs access tokens. Unset: made up once and kept beside the database."""

    admin_password: SecretStr | None = Field(default=None, min_length=12, max_length=128)
    """Password of `admin` at a first start."""

    ingest_token: EndpointTokenValue | None = None
    """Value of the endpoint token `bootstrap` at a first start."""

    access_token_minutes: int = Field(default=30, ge=1, le=24 * 60)
    refresh_token_days: int = Field(default=7, ge=1, le=365)

    argon2_memory_kib: int = Field(default=64 * 1024, ge=8)
    argon2_time_cost: int = Field(default=3, ge=1)
    argon2_parallelism: int = Field(default=4, ge=1)
    password_checks_at_once: int = Field(default=2, ge=1, le=16)
    """Each check takes `argon2_memory_kib`: without a bound, logins exhaust the memory."""

    max_alert_bytes: int = Field(default=Megabyte, ge=1024)
    max_request_bytes: int = Field(default=16 * Megabyte, ge=1024)
    body_timeout_seconds: float = Field(default=15, gt=0)

    read_seconds: float = Field(default=3, gt=0)
    """A read that takes longer is given up: one greedy search must not starve the others."""
    lock_seconds: float = Field(default=5, ge=0)
    """How long to wait while another process holds the database."""
    readers: int = Field(default=4, ge=1, le=64)

    stream_frames_per_second: float = Field(default=200, gt=0)
    stream_frames_burst: float = Field(default=2_000, ge=1)
    """How fast changes are told on one stream connection; it delays, it never drops."""
    stream_send_seconds: float = Field(default=10, gt=0)
    """A stream connection that takes nothing for so long is too slow."""
    stream_heartbeat_seconds: float = Field(default=15, gt=0)
    """Silence after which a connection of protocol 2 is told where the log stands."""
    stream_connections: int = Field(default=2_000, ge=1)
    stream_connections_per_user: int = Field(default=50, ge=1)

    replay_days: float = Field(default=7, gt=0, le=3650)
    """How long the log of changes is kept: a client that was away longer fetches anew."""
    replay_events: int = Field(default=1_000_000, ge=1)
    """How many changes the log keeps."""

    kept_answers: int = Field(default=1_000_000, ge=0)
    """How many answers to writes with an Idempotency-Key are kept, for 24 hours at most."""

    sla_response_minutes: MinutesByPriority = (15, 60, 4 * 60, 24 * 60)
    """How soon an incident of priority P1, P2, P3, P4 is to be answered."""
    sla_resolution_minutes: MinutesByPriority = (4 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60)
    """How soon it is to be resolved. Deadlines that stand stay as they are."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    access_log: bool = False

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix(SQLITE_PREFIX))
