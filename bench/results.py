"""Write what was measured: ours beside a floor or a peer of the same run."""

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One ratio. `goal` is the ratio to reach, or None where the figure is only reported."""

    work: str
    ours: float
    unit: str
    beside: str
    reference: float
    goal: float | None = None
    smaller_is_better: bool = True

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio <= self.goal if self.smaller_is_better else self.ratio >= self.goal


def percentile(samples: list[float], share: int) -> float:
    """The `share`-th percentile of `samples`, 1 to 99."""
    return median(samples) if share == 50 else quantiles(samples, n=100)[share - 1]


def write(name: str, measurements: list[Measurement]) -> None:
    """Write `results/name.json` and print one line a measurement."""
    RESULTS.mkdir(exist_ok=True)
    rows = []
    for one in measurements:
        row = asdict(one) | {"ratio": round(one.ratio, 3), "met": one.met}
        row.pop("smaller_is_better")
        row["ours"], row["reference"] = round(one.ours, 3), round(one.reference, 3)
        rows.append(row)
        verdict = {True: "met", False: "MISSED", None: ""}[one.met]
        print(
            f"{one.work:<58} {one.ours:10.2f} {one.unit:<4} beside {one.beside}: "
            f"{one.reference:10.2f}  ratio {one.ratio:6.2f} {verdict}"
        )
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2) + "\n")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, wrote results/{name}.json"
    )
