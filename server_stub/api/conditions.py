"""Conditions of a request: which revision of a record its sender knows."""

import re
from typing import Annotated

from fastapi import Depends, Header

from server_stub.errors import Invalid

_REVISION = re.compile(r'(?:W/)?"?(\d{1,18})"?')


async def known_revision(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The revision of `If-Match`; `*` stands for any. Raises Invalid for what is none."""
    if if_match is None or if_match.strip() == "*":
        return None
    revision = _REVISION.fullmatch(if_match.strip())
    if revision is None:
        raise Invalid.field("header", "If-Match", msg="Give one revision, as a number")
    return int(revision[1])


InKnownRevision = Annotated[int | None, Depends(known_revision)]


def etag(revision: int) -> dict[str, str]:
    """The header that names the revision of what is sent."""
    return {"ETag": f'"{revision}"'}
