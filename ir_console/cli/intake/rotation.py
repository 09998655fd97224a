"""Find what became of a file that was rotated while nobody read it, and what followed it.

Rotated files lie beside the one that is written (`eve.json.1`, `eve.json.2.gz`,
`eve.json-20261128`). Their order is that of their last writing, which packing leaves as it was;
names tell only files apart that were written at the same moment.
"""

import os
import re
from pathlib import Path

from .checkpoints import Identity
from .files import is_packed

# `.1`, `.2.gz`, `-20261128`, `-2026-11-28-12.gz`.
_ROTATED = re.compile(r"[.-]\d[\d.-]*?(?:\.gz)?")
# What is longer is a date, and grows with time; the others are counted backwards.
_LONGEST_NUMBER = 4


def place_of(identity: Identity, path: Path, *, at_least: int = 0) -> Path | None:
    """Where the file lies now that was at `path`; `at_least` is how many bytes were read of it."""
    # Its inode may be another file's by now, also that of the one which took its place.
    if _is_it(path, identity, at_least):
        return path
    beside = _beside(path)
    renamed = (one for one in beside if _is_it(one, identity, at_least))
    packed = (one for one in beside if _is_packed(one, identity))
    return next(renamed, None) or next(packed, None)


def next_after(identity: Identity, path: Path) -> Path | None:
    """The file that was rotated next after this one; None when the one at `path` is the next."""
    last = place_of(identity, path)
    if last in (None, path):
        return None
    begin = len(path.name)
    rotated = [one for one in _beside(path) if _ROTATED.fullmatch(one.name[begin:])]
    later = sorted(
        (age, one)
        for one in rotated
        if one != last and (age := _age(one, begin)) > _age(last, begin)
    )
    return later[0][1] if later else None


def _beside(path: Path) -> list[Path]:
    literal = "".join(f"[{char}]" if char in "*?[" else char for char in path.name)
    return sorted(one for one in path.parent.glob(f"{literal}*") if one != path)


def _age(path: Path, begin: int) -> tuple[int, int]:
    """What grows with the time of a file's last writing."""
    digits = "".join(re.findall(r"\d+", path.name[begin:].removesuffix(".gz")))
    number = int(digits or "0")
    try:
        written = path.stat().st_mtime_ns
    except OSError:
        written = 0  # gone since
    return written, number if len(digits) > _LONGEST_NUMBER else -number


def _is_it(path: Path, identity: Identity, at_least: int) -> bool:
    try:
        with path.open("rb") as stream:
            descriptor = stream.fileno()
            is_long = is_packed(descriptor) or os.fstat(descriptor).st_size >= at_least
            return is_long and identity.is_at(path) and identity.begins(descriptor)
    except OSError:
        return False


def _is_packed(path: Path, identity: Identity) -> bool:
    try:
        with path.open("rb") as stream:
            return identity.is_packed_in(stream.fileno())
    except OSError:
        return False
