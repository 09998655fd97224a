"""Make users and endpoint tokens, and the first of both on an empty database."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy import Connection

from ir_client.wire.auth import (
    EndpointToken,
    EndpointTokenCreate,
    EndpointTokenCreated,
    User,
    UserCreate,
)
from server_stub.domain.addresses import canonical_network
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import Forbidden, Invalid
from server_stub.security.opaque import new_endpoint_token, token_hash
from server_stub.security.passwords import Passwords
from server_stub.security.principals import UserPrincipal
from server_stub.settings import ServerSettings
from server_stub.storage.database import Commit, Database
from server_stub.storage.endpoint_tokens import (
    EndpointTokens,
    NewEndpointToken,
    add_endpoint_token,
)
from server_stub.storage.users import NewUser, Users, add_user, count_users

FIRST_USER = "admin"
FIRST_TOKEN = "bootstrap"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What a first start made up because nobody set it: shown once, on the terminal."""

    admin_password: str | None = field(default=None, repr=False)
    ingest_token: str | None = field(default=None, repr=False)


class Directory:
    """Users and endpoint tokens."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._users = Users(database)
        self._tokens = EndpointTokens(database)

    async def users(self) -> Sequence[User]:
        return await self._users.list()

    async def create_user(self, wanted: UserCreate, *, commit: Commit[User] | None = None) -> User:
        """Make a user. Raises Duplicate when the name is taken."""
        new = NewUser(
            username=wanted.username,
            role=wanted.role,
            password_hash=await self._passwords.hashed(wanted.password.get_secret_value()),
            full_name=wanted.full_name,
            email=wanted.email,
            teams=tuple(dict.fromkeys(wanted.teams)),
        )
        now = instant(self._clock())
        return await (commit or self._database.write)(
            lambda connection: add_user(connection, new, now=now)
        )

    async def endpoint_tokens(self) -> Sequence[EndpointToken]:
        return await self._tokens.list()

    async def create_endpoint_token(
        self,
        wanted: EndpointTokenCreate,
        *,
        by: UserPrincipal,
        value: str | None = None,
        commit: Commit[EndpointTokenCreated] | None = None,
    ) -> EndpointTokenCreated:
        """Make an endpoint token; the answer is the only time that its value is shown."""
        if wanted.rate_limit_per_minute is None and by.user.role != "admin":
            raise Forbidden("Only an admin may make an endpoint token without a rate limit.")
        secret = value or new_endpoint_token()
        new = NewEndpointToken(_canonical(wanted), token_hash(secret), by.user.id)
        now = self._clock()

        def add(connection: Connection) -> EndpointTokenCreated:
            kept = add_endpoint_token(connection, new, now=now)
            return EndpointTokenCreated(**kept.model_dump(), token=SecretStr(secret))

        return await (commit or self._database.write)(add)

    async def make_first(self, settings: ServerSettings) -> MadeUp:
        """Make the first user and token if there is no user yet."""
        if await self._database.read(count_users):
            return MadeUp()
        password = _value_of(settings.admin_password) or secrets.token_urlsafe(15)
        token = _value_of(settings.ingest_token) or new_endpoint_token()
        hashed = await self._passwords.hashed(password)
        now = self._clock()

        def make(connection: Connection) -> None:
            admin = NewUser(FIRST_USER, "admin", hashed)
            user = add_user(connection, admin, now=instant(now))
            bootstrap = EndpointTokenCreate(
                token_name=FIRST_TOKEN,
                description="Made at the first start",
                can_read_alerts=True,
                rate_limit_per_minute=None,
            )
            new = NewEndpointToken(bootstrap, token_hash(token), user.id)
            add_endpoint_token(connection, new, now=now)

        await self._database.write(make)
        return MadeUp(
            None if settings.admin_password else password,
            None if settings.ingest_token else token,
        )


def _value_of(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _canonical(wanted: EndpointTokenCreate) -> EndpointTokenCreate:
    """The token with its networks checked and its empty team left out."""
    networks = None if wanted.allowed_ips is None else tuple(_networks(wanted.allowed_ips))
    return wanted.model_copy(update={"allowed_ips": networks, "team": wanted.team or None})


def _networks(texts: Sequence[str]) -> list[str]:
    networks = []
    for index, text in enumerate(texts):
        try:
            networks.append(canonical_network(text))
        except ValueError:
            raise Invalid.field(
                "body", "allowed_ips", index, msg="Not an address, nor a network with no host bits"
            ) from None
    return networks
