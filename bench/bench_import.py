"""What importing the client costs over importing the libraries it stands on."""

import subprocess
import sys
import time
from statistics import median

from bench.results import Measurement, write

STARTS = 15
OURS = "import ir_client; ir_client.IRClient"
BARE = "import ir_client"
LIBRARIES = "import httpx, pydantic, websockets.asyncio.client"


def start_ms(code: str) -> float:
    """Milliseconds of a Python that runs `code`, from the outside."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    samples: dict[str, list[float]] = {code: [] for code in ("pass", OURS, BARE, LIBRARIES)}
    for each in samples:
        start_ms(each)  # the first one compiles
    for _ in range(STARTS):
        for code, times in samples.items():
            times.append(start_ms(code))
    python = median(samples["pass"])
    libraries = median(samples[LIBRARIES]) - python
    beside = "importing httpx + websockets + pydantic"
    write(
        "import",
        [
            Measurement(
                "`from ir_client import IRClient`",
                median(samples[OURS]) - python,
                "ms",
                beside,
                libraries,
                goal=1.2,
            ),
            Measurement(
                "`import ir_client`",
                median(samples[BARE]) - python,
                "ms",
                beside,
                libraries,
                goal=1.2,
            ),
        ],
    )


if __name__ == "__main__":
    main()
