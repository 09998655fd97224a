"""What a stream and a dispatcher hold at most, unless they are told otherwise.

Apart from what keeps to it, so that the client's signatures load none of that.
"""

MAX_MESSAGE_BYTES = 16 * 2**20
MAX_EVENTS = 10_000
CONCURRENCY = 8
MAX_UNFINISHED = 1_000
