"""Bodies of logins, users and endpoint tokens (contract, section 3)."""

from typing import Annotated

from pydantic import Field, SecretStr

from .base import Reader, ReadTime, Writer
from .values import Role

Team = Annotated[str, Field(min_length=1, max_length=100)]
Teams = Annotated[tuple[Team, ...], Field(max_length=100)]
Password = Annotated[SecretStr, Field(min_length=12, max_length=128)]
Networks = Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=100)]
Sources = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=100)]


class UserRef(Reader):
    """A user as other records mention one."""

    id: int
    username: str
    full_name: str | None = None
    role: str = "analyst"


class User(UserRef):
    """A user as the server knows one."""

    email: str | None = None
    is_active: bool = True
    teams: tuple[str, ...] = ()
    created_at: ReadTime | None = None
    last_login_at: ReadTime | None = None


class UserList(Reader):
    users: tuple[User, ...]


class UserCreate(Writer):
    """A user to be made; the password is 12 to 128 characters."""

    username: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")
    password: Password
    role: Role = "analyst"
    full_name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    teams: Teams = ()


class UserUpdate(Writer):
    """The fields of a user that may be changed; a field that is not set is left alone.

    `is_active=False` and a new `password` end all logins of the user. An explicit null clears
    `full_name` or `email`.
    """

    role: Role | None = None
    full_name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    teams: Teams | None = None
    is_active: bool | None = Field(default=None, strict=True)
    password: Password | None = None


class PasswordChange(Writer):
    """One's own password: the present one, and the one from now on, 12 to 128 characters."""

    current_password: SecretStr = Field(max_length=128)
    new_password: Password


class LoginRequest(Writer):
    username: str = Field(max_length=64)
    password: SecretStr = Field(max_length=128)


class RefreshRequest(Writer):
    refresh_token: SecretStr = Field(max_length=4096)


class TokenPair(Reader):
    """The answer to a login or refresh; `expires_in` is seconds of the access token's life."""

    access_token: SecretStr
    refresh_token: SecretStr
    token_type: str = "bearer"
    expires_in: int
    user_info: User | None = None


class StreamTicket(Reader):
    """What opens one stream, once, instead of a token; `expires_in` is seconds."""

    ticket: SecretStr
    expires_in: int


class EndpointTokenCreate(Writer):
    """An endpoint token to be made: what it may do, from where, how often.

    `rate_limit_per_minute` counts requests; null (admins only) means no limit. `allowed_ips` are
    addresses and networks like `10.0.0.0/8`, `allowed_sources` the sources of alerts; null means
    any, an empty list none.
    """

    token_name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=1000)
    can_create_alerts: bool = True
    can_update_alerts: bool = False
    can_read_alerts: bool = False
    rate_limit_per_minute: int | None = Field(default=100, ge=1, le=1000)
    allowed_ips: Networks | None = None
    allowed_sources: Sources | None = None
    expires_in_days: int | None = Field(default=None, ge=1, le=3650)
    team: str | None = Field(default=None, max_length=100)


class EndpointTokenUpdate(Writer):
    """The fields of an endpoint token that may be changed; one that is not set is left alone.

    As in `EndpointTokenCreate`; `expires_in_days` counts from now, null means never.
    """

    token_name: str | None = Field(default=None, min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=1000)
    can_create_alerts: bool | None = None
    can_update_alerts: bool | None = None
    can_read_alerts: bool | None = None
    rate_limit_per_minute: int | None = Field(default=None, ge=1, le=1000)
    allowed_ips: Networks | None = None
    allowed_sources: Sources | None = None
    expires_in_days: int | None = Field(default=None, ge=1, le=3650)
    team: str | None = Field(default=None, max_length=100)


class EndpointToken(Reader):
    """An endpoint token as lists show it: never its value."""

    id: int
    token_name: str
    description: str | None = None
    can_create_alerts: bool = False
    can_update_alerts: bool = False
    can_read_alerts: bool = False
    rate_limit_per_minute: int | None = None
    allowed_ips: tuple[str, ...] | None = None
    allowed_sources: tuple[str, ...] | None = None
    team: str | None = None
    is_active: bool = True
    created_at: ReadTime | None = None
    expires_at: ReadTime | None = None
    last_used_at: ReadTime | None = None
    usage_count: int = 0


class EndpointTokenInfo(EndpointToken):
    """What an endpoint token is told of itself; `requests_left` is null without a limit."""

    requests_left: int | None = None


class EndpointTokenCreated(EndpointToken):
    """The one answer that shows the value of an endpoint token."""

    token: SecretStr


class EndpointTokenList(Reader):
    tokens: tuple[EndpointToken, ...]


class ServerMeta(Reader):
    """What a server says it can do; one without this answer is a plain server."""

    name: str = "IR Central"
    version: str = ""
    protocols: tuple[int, ...] = (1,)
    features: tuple[str, ...] = ()
