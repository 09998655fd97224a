"""Read what a process wrote to its terminal."""

import os
import select

_PATIENCE_SECONDS = 30.0


def read_all(master: int) -> str:
    """All that comes out of a pseudo terminal until its last writer is gone."""
    pieces = []
    while select.select([master], [], [], _PATIENCE_SECONDS)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(master)
    return b"".join(pieces).decode(errors="replace")
