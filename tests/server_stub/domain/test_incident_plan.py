from server_stub.domain.clocks import instant
from server_stub.domain.incident_plan import incident_values
from tests.support.builders import NOON, an_alert


def test_an_incident_takes_over_what_its_alert_says() -> None:
    alert = an_alert(severity="critical", title="Bad thing", tags=["vip"], threat_type="malware")
    values = incident_values(alert, owner_id=3, owner_name="dana", notes="mine", now=NOON)
    assert values["title"] == "Bad thing"
    assert values["priority"] == "P1"
    assert values["category"] == "malware"
    assert values["tags"] == ["vip"]
    assert values["owner_id"] == values["assigned_analyst_id"] == 3
    assert values["incident_timeline"] == [
        {"at": instant(NOON), "action": "created", "actor": "dana", "notes": "mine"}
    ]
