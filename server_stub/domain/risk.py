"""Decide how risky an alert is, when its sender did not say."""

from dataclasses import dataclass

from ir_client.wire.values import SEVERITIES

_CRITICALITIES = ("critical", "high", "medium", "low")
_LOWEST, _HIGHEST = 1.0, 100.0


@dataclass(frozen=True, slots=True)
class RiskWeights:
    """What counts for how much: a score by severity, a factor by what the asset is worth.

    Both from critical downwards. `doubt` is the share of the score that an alert without any
    confidence loses.
    """

    severity: tuple[float, ...] = (90.0, 70.0, 45.0, 20.0, 5.0)
    criticality: tuple[float, ...] = (1.2, 1.1, 1.0, 0.8)
    doubt: float = 0.5

    def score_of(self, severity: str) -> float:
        return self.severity[SEVERITIES.index(severity)] if severity in SEVERITIES else _LOWEST

    def factor_of(self, asset_criticality: str | None) -> float:
        worth = (asset_criticality or "").casefold()
        return self.criticality[_CRITICALITIES.index(worth)] if worth in _CRITICALITIES else 1.0


_USUAL = RiskWeights()


def risk_score(
    severity: str,
    *,
    asset_criticality: str | None,
    confidence_score: float | None,
    weights: RiskWeights = _USUAL,
) -> float:
    """Severity, raised by what the asset is worth, lowered by doubt; 1 to 100.

    A sender who names no confidence is taken at its word; one who has none at all still raised
    an alert, and counts half.
    """
    score = weights.score_of(severity) * weights.factor_of(asset_criticality)
    if confidence_score is not None:
        score *= 1 - weights.doubt * (1 - confidence_score)
    return round(min(_HIGHEST, max(_LOWEST, score)), 1)
