"""What an operator may set, and what each setting is when nobody set it.

Holds values only: opens nothing and makes up no secret. What is left unset here and must exist
(secret key, first password, first token) is made up where the parts are wired.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

import platformdirs
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Megabyte = 1024 * 1024
SQLITE_PREFIX = "sqlite:///"

_MIN_DIFFERENT_CHARACTERS = 8
_ALL_IPV4_MAPPED = ip_network("::ffff:0:0/96")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")


def _checked_token(value: SecretStr) -> SecretStr:
    # Without a dot it can never be mistaken for a JWT.
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise PydanticCustomError(
            "token", "Input should be 16 to 256 letters, digits, hyphens or underscores"
        )
    return value


def _separated(given: object) -> object:
    return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


_Minutes = Annotated[float, Field(gt=0, le=3650 * 24 * 60)]
# Written like 15,60,240,1440: the library would want JSON.
MinutesByPriority = Annotated[
    tuple[_Minutes, _Minutes, _Minutes, _Minutes], NoDecode, BeforeValidator(_separated)
]


_Score = Annotated[float, Field(ge=1, le=100)]
_Factor = Annotated[float, Field(ge=0, le=100)]
RiskScores = Annotated[
    tuple[_Score, _Score, _Score, _Score, _Score], NoDecode, BeforeValidator(_separated)
]
RiskFactors = Annotated[
    tuple[_Factor, _Factor, _Factor, _Factor], NoDecode, BeforeValidator(_separated)
]


def _checked_secret(value: SecretStr) -> SecretStr:
    """Refuse what has the length of a secret and is none: few letters, or a word over and over."""
    text = value.get_secret_value()
    half = len(text) // 2
    is_repeated = any(text[step:] == text[:-step] for step in range(1, half + 1))
    if is_repeated or len(set(text)) < _MIN_DIFFERENT_CHARACTERS:
        raise PydanticCustomError("weak_secret", "Input should be random, not a word or a pattern")
    return value


def _checked_proxy(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError:
        network = None
    # Who trusts everyone lets every client say where it comes from.
    if network is None or network.prefixlen == 0 or network == _ALL_IPV4_MAPPED:
        raise PydanticCustomError("network", "Input should be an address or a network, not all")
    return str(network)


SecretKey = Annotated[SecretStr, Field(min_length=32), AfterValidator(_checked_secret)]
Proxies = Annotated[
    tuple[Annotated[str, AfterValidator(_checked_proxy)], ...],
    NoDecode,
    BeforeValidator(_separated),
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

    secret_key: SecretKey | None = Field(
        default=None,
        validation_alias=AliasChoices("IR_SERVER_SECRET_KEY", "SECRET_KEY"),
    )
    """Signs access tokens. Unset: made up once and kept beside the database."""

    admin_password: SecretStr | None = Field(default=None, min_length=12, max_length=128)
    """Password of `admin` at a first start."""

    ingest_token: EndpointTokenValue | None = None
    """Value of the endpoint token `bootstrap` at a first start."""

    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    """PEM files; with both, the server speaks TLS."""
    without_tls: bool = False
    """Listen beyond this machine without TLS all the same: a proxy in front has it."""
    trusted_proxies: Proxies = ()
    """Who is believed about where a request comes from (X-Forwarded-For); by default nobody."""

    http_connections: int = Field(default=4_000, ge=1)
    head_bytes: int = Field(default=32 * 1024, ge=1024, le=Megabyte)
    head_timeout_seconds: float = Field(default=10, gt=0)
    """What the head of a request may take, and how long it may take to come."""

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
    max_json_depth: int = Field(default=32, ge=4, le=200)
    max_search_length: int = Field(default=200, ge=1, le=1000)
    max_page_size: int = Field(default=500, ge=50, le=500)

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
    stream_message_bytes: int = Field(default=64 * 1024, ge=1024, le=Megabyte)
    """Clients send short commands; a longer message ends the connection."""
    stream_commands_per_second: float = Field(default=10, gt=0)
    stream_commands_burst: float = Field(default=200, ge=1)
    """How fast a client may send commands; beyond it they are refused, and then it is a flood."""
    stream_connections: int = Field(default=2_000, ge=1)
    stream_connections_per_user: int = Field(default=50, ge=1)

    replay_days: float = Field(default=7, gt=0, le=3650)
    """How long the log of changes is kept: a client that was away longer fetches anew."""
    replay_events: int = Field(default=1_000_000, ge=1)
    """How many changes the log keeps."""

    alert_days: float | None = Field(default=None, ge=1, le=100 * 366)
    """After how long without a change an alert is removed; unset: never."""
    alert_count: int | None = Field(default=None, ge=0)
    """How many alerts are kept, if there is a limit; none goes within a day of its last change."""
    remove_open_alerts: bool = False
    """Whether that holds for open alerts, and for those of open incidents, too."""

    kept_answers: int = Field(default=1_000_000, ge=0)
    """How many answers to writes with an Idempotency-Key are kept, for 24 hours at most."""

    sla_response_minutes: MinutesByPriority = (15, 60, 4 * 60, 24 * 60)
    """How soon an incident of priority P1, P2, P3, P4 is to be answered."""
    sla_resolution_minutes: MinutesByPriority = (4 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60)
    """How soon it is to be resolved. Deadlines that stand stay as they are."""

    api_docs: bool = True
    """Whether `/docs` and `/openapi.json` are there."""

    correlation_minutes: float = Field(default=60, ge=0, le=7 * 24 * 60)
    """Alerts of one rule about one entity, no further apart than this, belong together; 0: none."""
    risk_severity_scores: RiskScores = (90, 70, 45, 20, 5)
    """The risk score of a critical, high, medium, low, info alert whose sender gave none."""
    risk_criticality_factors: RiskFactors = (1.2, 1.1, 1.0, 0.8)
    """What it is multiplied by for an asset of critical, high, medium, low worth."""
    risk_doubt: float = Field(default=0.5, ge=0, le=1)
    """The share of it that an alert without any confidence loses."""
    assign_in_turn: bool = False
    """Whether a new alert of a team is assigned to its analysts in turn."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    """A line of the log is for programs, or for people."""
    access_log: bool = False
    """Whether each request has a line of its own."""

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise PydanticCustomError(
                "tls", "IR_SERVER_TLS_CERTIFICATE and IR_SERVER_TLS_KEY are given together"
            )
        return self

    @property
    def has_tls(self) -> bool:
        return self.tls_certificate is not None

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix(SQLITE_PREFIX))
