from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.attack import (
    THREAT_OF_TACTIC,
    THREAT_OF_TECHNIQUE,
    readable_tactic,
    threat_of,
)
from ir_client.wire.values import ThreatType


@pytest.mark.parametrize(
    ("written", "tactic"),
    [
        ("TA0006", "credential access"),
        (" ta0006 ", "credential access"),
        ("Credential Access", "credential access"),
        ("credential-access", "credential access"),
        ("credential_access", "credential access"),
        ("CredentialAccess", "credential access"),
        ("CredAccess", "credential access"),
        ("attack.credential-access", "credential access"),
        ("attack.credential_access", "credential access"),
        ("mitre_credential_access", "credential access"),
        ("ATTACK::Lateral_Movement", "lateral movement"),
        ("Command and Control", "command and control"),
        ("CommandAndControl", "command and control"),
        ("C2", "command and control"),
        ("PrivEsc", "privilege escalation"),
        ("InitAccess", "initial access"),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_a_tactic_is_known_however_it_is_written(written: str, tactic: str) -> None:
    assert readable_tactic(written) == tactic


@pytest.mark.parametrize(
    ("techniques", "tactics", "threat"),
    [
        (["T1486"], ["Discovery"], "ransomware"),
        (["t1110.003"], [], "credential_access"),
        (["T1059", "T1566.001"], ["Execution"], "phishing"),
        (["T1059"], ["Execution"], "malware"),
        ([], ["nonsense", "TA0010"], "data_exfiltration"),
        ([], ["Persis ¦ LatMov"], "intrusion"),
        ([], ["x, lateral-movement"], "lateral_movement"),
        ([], ["x|C2"], "command_and_control"),
        ([], [""], "unknown"),
        ([], [], "unknown"),
    ],
)
def test_the_technique_tells_the_threat_before_the_tactic(
    techniques: list[str], tactics: list[str], threat: str
) -> None:
    assert threat_of(techniques, tactics) == threat


def test_every_tactic_of_attack_is_told() -> None:
    numbers = ["TA0043", "TA0042", *(f"TA00{n:02}" for n in [*range(1, 12), 40])]
    assert {readable_tactic(number) for number in numbers} == set(THREAT_OF_TACTIC)


def test_techniques_are_written_as_techniques_are() -> None:
    assert all(len(name) == 5 and name[0] == "T" for name in THREAT_OF_TECHNIQUE)


@given(st.lists(st.text(max_size=20), max_size=3), st.lists(st.text(max_size=20), max_size=3))
def test_any_texts_tell_some_threat(techniques: list[str], tactics: list[str]) -> None:
    assert threat_of(techniques, tactics) in get_args(ThreatType)
