"""Decide how risky an alert is, when its sender did not say."""

_SEVERITY_SCORE = {"critical": 90.0, "high": 70.0, "medium": 45.0, "low": 20.0, "info": 5.0}
_CRITICALITY_FACTOR = {"critical": 1.2, "high": 1.1, "medium": 1.0, "low": 0.8}
_LOWEST, _HIGHEST = 1.0, 100.0


def risk_score(
    severity: str, *, asset_criticality: str | None, confidence_score: float | None
) -> float:
    """Severity, raised by what the asset is worth, lowered by doubt; 1 to 100.

    A sender who names no confidence is taken at its word; one who has none at all still raised
    an alert, and counts half.
    """
    score = _SEVERITY_SCORE.get(severity, _LOWEST)
    score *= _CRITICALITY_FACTOR.get((asset_criticality or "").casefold(), 1.0)
    if confidence_score is not None:
        score *= 0.5 + confidence_score / 2
    return round(min(_HIGHEST, max(_LOWEST, score)), 1)
