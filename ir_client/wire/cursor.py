"""A position in the server's log of changes."""

from dataclasses import dataclass

EPOCH_HEADER = "X-Stream-Epoch"
SEQ_HEADER = "X-Stream-Seq"


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """The last change that a reader has seen; `seq` counts within one `epoch` of the log."""

    epoch: str
    seq: int
