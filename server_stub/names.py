"""Names for requests and batches: told apart by them, not protected by them.

The system's own source of randomness is asked once, at the start: asking it lets another thread
take the interpreter, and a request would wait for that one to let go of it again.
"""

import random

_BITS = 128
_source = random.Random()


def fresh_name() -> str:
    """A name that nothing else has: 32 hexadecimal digits."""
    return f"{_source.getrandbits(_BITS):032x}"
