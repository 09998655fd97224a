"""Decide whether a position that a client brings can be resumed from.

A position is an epoch and a seq. The epoch names the log and which alerts its reader could see:
with other rights, what was told until then says nothing about what is there to be seen now.
"""

from ir_client.wire.protocol2 import ResetReason

# The seq of an SQLite row; what is longer or negative is no position.
_MAX_DIGITS = 18


def epoch_for(log_epoch: str, sight_key: str) -> str:
    """The epoch of positions in this log for who sees what `sight_key` names."""
    return f"{log_epoch}.{sight_key}"


def resumable(
    epoch: str | None, resume_from: str, *, log_epoch: str, sight_key: str
) -> int | ResetReason:
    """The seq to resume from, or why that cannot be."""
    log, _, sight = (epoch or "").rpartition(".")
    if log != log_epoch or not _is_seq(resume_from):
        return "epoch"
    return int(resume_from) if sight == sight_key else "access"


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
