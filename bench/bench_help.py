"""What `ir-console --help` costs beside importing typer, the library that it is made with.

In processor time, which other programs of the machine disturb less than the clock on the wall, and
without what Python itself needs to start. For a completion it is what the shell waits for.
"""

import os
import resource
import subprocess
import sys
from statistics import median

from bench.results import Measurement, write

STARTS = 21
RUN = "import sys; from ir_console.cli.app import main; sys.argv = ['ir-console', {}]; main()"
HELP = RUN.format("'--help'")
VERSION = RUN.format("'--version'")
COMMANDS = RUN.format("'completion', 'answer', 'bash', '--', 'ir-console al'")
OPTIONS = RUN.format("'completion', 'answer', 'bash', '--', 'ir-console alerts list --sev'")
TYPER = "import typer"


def start_ms(code: str) -> float:
    """Milliseconds of processor time of a Python that runs `code`."""
    before = _children_seconds()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return (_children_seconds() - before) * 1000


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    os.environ.pop("IR_DEBUG", None)
    codes = ("pass", TYPER, HELP, VERSION, COMMANDS, OPTIONS)
    samples: dict[str, list[float]] = {code: [] for code in codes}
    for each in samples:
        start_ms(each)  # the first one compiles
    for _ in range(STARTS):
        for code, times in samples.items():
            times.append(start_ms(code))
    took = {code: median(times) for code, times in samples.items()}
    python, typer = took["pass"], took[TYPER] - took["pass"]
    beside = "importing typer"
    write(
        "help",
        [
            Measurement("`ir-console --help`", took[HELP] - python, "ms", beside, typer, goal=1.5),
            Measurement("`ir-console --version`", took[VERSION] - python, "ms", beside, typer),
            Measurement("completing a command", took[COMMANDS] - python, "ms", beside, typer),
            Measurement("completing an option", took[OPTIONS] - python, "ms", beside, typer),
        ],
    )


if __name__ == "__main__":
    main()
