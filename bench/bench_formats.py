"""How many records of each format become drafts in a second, ready to be sent.

All of it: finding records, recognising the format, mapping, checking the draft, writing it as JSON;
beside the plainest way to take the same file apart, which makes nothing of it. Processor time, the
median of some rounds, in turns. `python -m bench.bench_formats cef leef` measures these alone.
"""

import io
import sys
import time
from collections.abc import Callable
from statistics import median

from bench.format_files import file_of
from bench.results import Measurement, write
from ir_client.formats import FORMATS, AlertFormat, read_drafts

# Three rounds of seven megabytes: some twenty in all, and three to four minutes.
ROUNDS = 3
MEGABYTES = 7


def drafts(data: bytes) -> int:
    return sum(1 for _ in read_drafts(io.BytesIO(data)))


def rate(work: Callable[[bytes], int], data: bytes) -> float:
    """Records in a second of the processor."""
    started = time.process_time()
    count = work(data)
    return count / (time.process_time() - started)


def measured(known: AlertFormat) -> Measurement:
    file = file_of(known, size=MEGABYTES << 20)
    ours, plainest = [], []
    for _ in range(ROUNDS):
        ours.append(rate(drafts, file.data))
        plainest.append(rate(file.take_apart, file.data))
    return Measurement(
        f"{known.name}: records into drafts",
        median(ours),
        "/s",
        file.plainest,
        median(plainest),
        smaller_is_better=False,
    )


def main() -> None:
    asked = sys.argv[1:]
    write("formats", [measured(one) for one in FORMATS if not asked or one.name in asked])


if __name__ == "__main__":
    main()
