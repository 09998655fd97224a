"""Bodies of logins, users and endpoint tokens (contract, section 3)."""

from pydantic import Field, SecretStr

from .base import Reader, ReadTime, Writer
from .values import Role


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
    password: SecretStr = Field(min_length=12, max_length=128)
    role: Role = "analyst"
    full_name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    teams: tuple[str, ...] = Field(default=(), max_length=100)


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


class EndpointTokenCreate(Writer):
    """An endpoint token to be made: what it may do, from where, how often.

    `rate_limit_per_minute` counts requests; null (admins only) means no limit.
    """

    token_name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=1000)
    can_create_alerts: bool = True
    can_update_alerts: bool = False
    can_read_alerts: bool = False
    rate_limit_per_minute: int | None = Field(default=100, ge=1, le=1000)
    allowed_ips: tuple[str, ...] | None = Field(default=None, max_length=100)
    allowed_sources: tuple[str, ...] | None = Field(default=None, max_length=100)
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
