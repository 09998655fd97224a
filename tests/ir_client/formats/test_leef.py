from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.samples import draft_of


def an_event(syslog: dict[str, Any] | None = None, **extension: str) -> dict[str, Any]:
    header = {
        "version": "2.0",
        "vendor": "Example",
        "product": "Sensor",
        "product_version": "1",
        "event_id": "scan-7",
    }
    record: dict[str, Any] = {"leef": header, "extension": extension}
    return record | {"syslog": syslog} if syslog else record


@pytest.mark.parametrize(
    ("extension", "severity"),
    [
        ({"sev": "1"}, "low"),
        ({"sev": "5"}, "medium"),
        ({"sev": "8"}, "high"),
        ({"sev": "10"}, "critical"),
        ({"severity": "High"}, "high"),
        ({}, "medium"),
    ],
)
def test_a_severity_is_of_ten_and_need_not_be_there(
    extension: dict[str, str], severity: str
) -> None:
    assert draft_of("leef", an_event(**extension)).severity == severity


def test_the_header_of_syslog_rates_what_the_event_does_not() -> None:
    assert draft_of("leef", an_event({"priority": 131})).severity == "high"


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("Mar 02 2026 09:14:31.052 UTC", None),
        ("Mar 02 2026 09:14:31.052", "MMM dd yyyy HH:mm:ss.SSS"),
        ("2026-03-02T10:14:31.052+0100", "yyyy-MM-dd'T'HH:mm:ss.SSSZ"),
        ("02/03/2026 09:14:31.052", "dd/MM/yyyy HH:mm:ss.SSS"),
        ("02.03.26 09.14.31 052 AM", "dd.MM.yy hh.mm.ss SSS a"),
        ("1772442871052", "epoch"),
        ("2026-03-02T09:14:31.052Z", "what is this?"),
    ],
)
def test_times_are_read_as_their_pattern_says(written: str, pattern: str | None) -> None:
    extension = {"devTime": written} | ({"devTimeFormat": pattern} if pattern else {})
    moment = datetime(2026, 3, 2, 9, 14, 31, 52000, tzinfo=UTC)
    assert draft_of("leef", an_event(**extension)).detected_at == moment


@pytest.mark.parametrize(
    ("extension", "title"),
    [
        ({"policy": "No scans", "msg": "m"}, "No scans"),
        ({"msg": "A scan was seen"}, "A scan was seen"),
        ({}, "Sensor event scan-7"),
    ],
)
def test_a_title_is_found(extension: dict[str, str], title: str) -> None:
    assert draft_of("leef", an_event(**extension)).title == title


def test_an_event_that_was_relayed_is_the_same() -> None:
    first = an_event({"host": "relay1"}, devTime="1772442871052")
    again = an_event({"host": "relay2"}, devTime="1772442871052")
    assert draft_of("leef", first).external_alert_id == draft_of("leef", again).external_alert_id
