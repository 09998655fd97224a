"""Errors as the server words them."""

from typing import Any

import httpx


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    """An error as the server words it."""
    return httpx.Response(status, json={"detail": code.replace("_", " "), "code": code} | more)
