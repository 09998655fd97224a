"""What importing the client costs over importing the libraries it stands on.

And what it costs once a client has listed and the stream is there: a part that is loaded when it
is used is no cheaper for who uses it.
"""

import subprocess
import sys
import time
from statistics import median

from bench.results import Measurement, write

STARTS = 15
OURS = "import ir_client; ir_client.IRClient"
BARE = "import ir_client"
USED = """import ir_client, ir_client.opened, ir_client.rest.alerts, ir_client.stream.driver
ir_client.IRClient, ir_client.NewAlert, ir_client.TokenCredentials"""
LIBRARIES = "import httpx, pydantic, websockets.asyncio.client"


def start_ms(code: str) -> float:
    """Milliseconds of a Python that runs `code`, from the outside."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    samples: dict[str, list[float]] = {code: [] for code in ("pass", OURS, BARE, USED, LIBRARIES)}
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
            Measurement(
                "the client with its calls and the stream",
                median(samples[USED]) - python,
                "ms",
                beside,
                libraries,
            ),
        ],
    )


if __name__ == "__main__":
    main()
