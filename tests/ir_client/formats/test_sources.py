from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.outcomes import RecordError
from ir_client.formats.sources import (
    At,
    ByAttack,
    FieldSource,
    FirstOf,
    Fixed,
    Scale,
    Sentence,
    Share,
    Words,
    Worked,
)

LEVELS = Words("level", "alt", table={"Sev1": "critical", "sev2": "high"})
PARTS = Words("group", table={"sql": "web_attack", "attack": "intrusion"}, part=True)
BANDS = Scale("score", up_to=((3, "low"), (7, "medium"), (10, "high")), least=1)
ATTACK = ByAttack(techniques=At("technique"), tactics=At("tactic"))


@pytest.mark.parametrize(
    ("source", "record", "values"),
    [
        (At("a", "b.c"), {"b": {"c": 2}, "a": 1}, [1, 2]),
        (At("a"), {}, []),
        (At(), {"a": 1}, []),
        (Sentence("{a} on {b.c}"), {"a": "x", "b": {"c": 7}}, ["x on 7"]),
        (Sentence("{a} on {b}"), {"a": "x"}, []),
        (Sentence("{a} on {b}"), {"a": "x", "b": {"c": 1}}, []),
        (Sentence("{a}"), {"a": [None, {}, "second"]}, ["second"]),
        (Sentence("{{a}} {a}"), {"a": "x"}, ["{a} x"]),
        (Sentence("{a}"), {"a": "{b}", "b": "never"}, ["{b}"]),
        (Fixed("x"), {}, ["x"]),
        (Worked(lambda record: record.get("a"), "a"), {"a": 1}, [1]),
        (Worked(lambda record: record.get("a"), "a"), {"a": [1, 2]}, [1, 2]),
        (Worked(lambda record: record.get("a"), "a"), {}, []),
        (FirstOf(At("a"), Fixed("x")), {"a": 1}, [1, "x"]),
        (LEVELS, {"level": "SEV1"}, ["critical"]),
        (LEVELS, {"level": " sev2 ", "alt": "sev1"}, ["high", "critical"]),
        (LEVELS, {"level": "sev", "alt": "sev1"}, ["critical"]),
        (LEVELS, {"level": ["x", "sev2"]}, ["high"]),
        (LEVELS, {"level": {}}, []),
        (Words("n", table={"1": "x"}), {"n": 1}, ["x"]),
        (Words("n", table={"1": "x"}), {"n": True}, []),
        (PARTS, {"group": ["web-attack", "sql_injection"]}, ["web_attack", "intrusion"]),
        (PARTS, {"group": ["attack", "sql_injection"]}, ["web_attack", "intrusion"]),
        (PARTS, {"group": "harmless"}, []),
        (Share(At("percent"), of=100), {"percent": "40"}, [0.4]),
        (Share(At("percent"), of=100), {"percent": [10**400, 50]}, [0.5]),
        (Share(At("percent"), of=100), {"percent": "many"}, []),
        (BANDS, {"score": 1}, ["low"]),
        (BANDS, {"score": 3}, ["low"]),
        (BANDS, {"score": 3.5}, ["medium"]),
        (BANDS, {"score": "10"}, ["high"]),
        (BANDS, {"score": ["?", 7]}, ["medium"]),
        (BANDS, {"score": "none"}, []),
        (BANDS, {}, []),
        (ATTACK, {"technique": "T1486", "tactic": "discovery"}, ["ransomware"]),
        (ATTACK, {"technique": "T9999", "tactic": "discovery"}, ["reconnaissance"]),
        (ATTACK, {"tactic": "nothing known"}, []),
    ],
)
def test_a_source_gives_its_values_the_best_first(
    source: FieldSource, record: dict[str, Any], values: list[Any]
) -> None:
    assert source.values(record) == values


@pytest.mark.parametrize(("score", "shown"), [(0.5, "0.5"), (11, "11"), ("-1", "'-1'")])
def test_a_number_outside_its_scale_is_an_error(score: object, shown: str) -> None:
    with pytest.raises(RecordError) as raised:
        BANDS.values({"score": score})
    assert str(raised.value) == f"score is {shown}; it goes from 1 to 10"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (At("a", "b.c"), "`a`, `b.c`"),
        (Sentence("{a} on {b}"), "“{a} on {b}”"),
        (Fixed("x"), "always `x`"),
        (Worked(lambda _: None, "what is done"), "what is done"),
        (FirstOf(At("a"), Fixed("x")), "`a`, else always `x`"),
        (LEVELS, "`level`, `alt`: sev1 → critical; sev2 → high"),
        (PARTS, "`group` contains: sql → web_attack; attack → intrusion"),
        (Words("a", table={"x": 1, "y": 1}), "`a`: x, y → 1"),
        (Share(At("a"), of=100), "`a` ÷ 100"),
        (BANDS, "`score` from 1: to 3 low, to 7 medium, to 10 high"),
        (ATTACK, "by the ATT&CK technique, else by its tactic"),
    ],
)
def test_a_source_says_what_it_does(source: FieldSource, words: str) -> None:
    assert source.described() == words


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from([LEVELS, PARTS, BANDS, ATTACK, Sentence("{a}"), Share(At("a"), of=100)]),
    st.dictionaries(
        st.sampled_from(["level", "alt", "group", "score", "technique", "tactic", "a"]), anything
    ),
)
def test_no_record_makes_a_source_raise_but_for_its_scale(
    source: FieldSource, record: dict[str, Any]
) -> None:
    try:
        assert isinstance(source.values(record), list)
    except RecordError:
        assert source is BANDS
