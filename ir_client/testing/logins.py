"""Tokens of the fake server: one login at a time, refresh tokens that rotate."""

from typing import Any, Final

import httpx

PASSWORD: Final = "correct horse battery staple"
USER: Final = {"id": 1, "username": "dana", "role": "analyst"}


class Logins:
    """Which tokens are good, and how often they were asked for."""

    def __init__(self) -> None:
        self.logins = 0
        self.refreshes = 0
        self.access_tokens: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.accepts_every_token = False

    def accepts(self, token: str) -> bool:
        """Whether a token is good."""
        return self.accepts_every_token or token in self.access_tokens

    def expire_access_tokens(self) -> None:
        """Every access token is refused from now on; refresh tokens stay good."""
        self.access_tokens.clear()

    def login(self, body: dict[str, Any]) -> httpx.Response | None:
        """New tokens for name and password, or None."""
        if (body.get("username"), body.get("password")) != (USER["username"], PASSWORD):
            return None
        self.logins += 1
        return self._issue()

    def refresh(self, body: dict[str, Any]) -> httpx.Response | None:
        """New tokens for a refresh token, which is spent by that, or None."""
        if body.get("refresh_token") not in self.refresh_tokens:
            return None
        self.refreshes += 1
        return self._issue()

    def _issue(self) -> httpx.Response:
        number = self.logins + self.refreshes
        access, refresh = f"secret-access-{number}", f"secret-refresh-{number}"
        self.access_tokens = {access}
        self.refresh_tokens = {refresh}
        pair = {"access_token": access, "refresh_token": refresh, "expires_in": 1800}
        return httpx.Response(200, json=pair)
