import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.values import SEVERITIES
from server_stub.domain.risk import risk_score


@given(
    st.sampled_from(SEVERITIES),
    st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["low", "critical"])),
    st.one_of(st.none(), st.floats(0, 1)),
)
def test_a_risk_score_is_always_one_to_a_hundred(
    severity: str, criticality: str | None, confidence: float | None
) -> None:
    score = risk_score(severity, asset_criticality=criticality, confidence_score=confidence)
    assert 1 <= score <= 100


@given(st.one_of(st.none(), st.floats(0, 1)))
def test_a_worse_severity_is_a_higher_risk(confidence: float | None) -> None:
    scores = [
        risk_score(one, asset_criticality=None, confidence_score=confidence) for one in SEVERITIES
    ]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("criticality", "confidence", "score"),
    [(None, None, 70.0), ("critical", None, 84.0), ("Low", None, 56.0), (None, 0.0, 35.0)],
)
def test_assets_raise_the_risk_and_doubt_lowers_it(
    criticality: str | None, confidence: float | None, score: float
) -> None:
    assert risk_score("high", asset_criticality=criticality, confidence_score=confidence) == score
