"""What is copied can be pasted anywhere without doing anything."""

import json

import pytest

from ir_console.model.copying import alert_json, copyables, defanged, summary
from tests.support.builders import an_alert

EVIL = "rm -rf ~\r\n\x1b[2J\ud800\u202e"
URL = "https://ir.example/"


def texts(**fields: object) -> dict[str, str]:
    return {one.key: one.text for one in copyables(an_alert(**fields), URL)}


def test_only_what_an_alert_has_can_be_copied() -> None:
    assert set(texts()) == {"id", "link", "summary", "json"}
    found = texts(source_ip="10.0.0.1", destination_ip="2001:db8::1", affected_hostname="web-01")
    assert found["addresses"] == "10.0.0.1, 2001:db8::1"
    assert found["defanged"] == "10[.]0[.]0[.]1, 2001[:]db8[:][:]1"
    assert found["host"] == "web-01"
    assert found["link"] == "https://ir.example/api/v1/alerts/1"


def test_without_a_server_address_there_is_no_link() -> None:
    assert "link" not in {one.key for one in copyables(an_alert(), "")}


def test_paste_presses_no_key() -> None:
    found = texts(
        title=EVIL, affected_hostname=EVIL, affected_user=EVIL, rule_name=EVIL, description=EVIL
    )
    for key, text in found.items():
        text.encode("utf-8")
        allowed = {"\n"} if key in ("summary", "json") else set()
        assert not [char for char in text if ord(char) < 32 and char not in allowed], key
        assert "\u202e" not in text
    assert "\n" not in found["host"] + found["rule"]


def test_json_is_exact_and_plain_ascii() -> None:
    alert = an_alert(title="\x1b\u202e漢")
    assert alert_json(alert).isascii()
    assert json.loads(alert_json(alert))["title"] == alert.title


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("http://evil.example/a.exe", "hxxp://evil[.]example/a[.]exe"),
        ("HTTPS://a.b", "hxxps://a[.]b"),
        ("from 10.0.0.1:443.", "from 10[.]0[.]0[.]1:443."),
        ("at 12:30:05 to fe80::1", "at 12:30:05 to fe80[:][:]1"),
        ("End. Next", "End. Next"),
    ],
)
def test_defanged_text_leads_nowhere(text: str, safe: str) -> None:
    assert defanged(text) == safe


def test_summary_is_for_people() -> None:
    text = summary(an_alert(affected_hostname="web-01", description="saw http://x.example"))
    assert text.splitlines()[0] == "High alert #1: Suspicious PowerShell"
    assert "Host: web-01" in text
    assert "hxxp://x[.]example" in text
