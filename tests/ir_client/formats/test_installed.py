import io
import json
from pathlib import Path
from textwrap import dedent

import pytest

from ir_client.formats import FORMATS, read_drafts
from ir_client.formats.installed import InstalledFormats, installed_formats
from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.wire.alerts import AlertDraft
from tests.support.packages import EXAMPLE, TURNSTILE_EVENT, Packages


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(monkeypatch, tmp_path / "site")


A_FORMAT = """
    from ir_client.formats import AlertFormat, AlertMapping, At, Fixed
    MAPPING = AlertMapping(source="acme", fields={"title": At("acme"), "severity": Fixed("low")})
    FORMAT = AlertFormat(
        name="NAME", title="Acme", known_by="an acme",
        recognises=lambda record: "acme" in record, map_record=MAPPING.draft_from,
    )
    NONE = AlertFormat("acme", "", "", lambda record: True, lambda record: None)
    BAD = AlertFormat(
        "acme", "", "", lambda record: record["no"], lambda record: 1 / 0, lambda record: record[1]
    )
"""


def a_format(name: str = "acme") -> str:
    return dedent(A_FORMAT).replace("NAME", name)


def test_without_packages_there_is_nothing_and_no_complaint() -> None:
    assert installed_formats() == InstalledFormats()


def test_the_example_is_what_the_page_shows() -> None:
    page = Path("docs/formats.md").read_text()
    for file in ("pyproject.toml", "turnstile_format.py"):
        assert (EXAMPLE / file).read_text() in page


def test_the_example_maps_its_records(packages: Packages) -> None:
    packages.install_the_example()
    found = installed_formats()
    assert found.complaints == ()
    lines = "\n".join(
        json.dumps(TURNSTILE_EVENT | {"event": event}) for event in ("forced", "passed", "odd")
    )
    readings = read_drafts(io.BytesIO(lines.encode()), formats=(*found.formats, *FORMATS))
    forced, passed, odd = [reading.outcome for reading in readings]
    assert isinstance(forced, AlertDraft)
    assert forced.title == "Turnstile G2: forced"
    assert (forced.severity, forced.source, forced.affected_user) == ("high", "turnstile", "j.doe")
    assert passed == Skipped("passage")
    assert isinstance(odd, Rejected)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("raise RuntimeError('line one\\nline two')", "RuntimeError: line one line two"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError: "),
        ("other = 1", "AttributeError: module 'acme' has no attribute 'FORMAT'"),
        ("FORMAT = 'text'", "acme:FORMAT is no AlertFormat but str"),
        (a_format("suricata"), "there is a format 'suricata' already"),
        (a_format("auto"), "there is a format 'auto' already"),
        (a_format("Big Name"), "'Big Name' is no name; take small letters"),
        (f"raise RuntimeError('x' * {10**6})", "RuntimeError: xxx"),
    ],
)
def test_what_cannot_be_used_is_left_out(packages: Packages, source: str, complaint: str) -> None:
    packages.install("acme", source, {"acme": "acme:FORMAT"})
    found = installed_formats()
    assert found.formats == ()
    (line,) = found.complaints
    assert line.startswith(f"The format 'acme' of acme 1.0 is left out: {complaint}")
    assert "\n" not in line
    assert len(line) < 300


def test_of_two_packages_with_one_name_the_first_by_name_has_it(packages: Packages) -> None:
    packages.install("acme_b", a_format(), {"acme": "acme_b:FORMAT"})
    packages.install("acme_a", a_format(), {"acme": "acme_a:FORMAT"})
    found = installed_formats()
    assert [one.name for one in found.formats] == ["acme"]
    assert found.complaints == (
        "The format 'acme' of acme_b 1.0 is left out: there is a format 'acme' already.",
    )


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("BAD", "acme 1.0 failed at it (ZeroDivisionError: division by zero); tell its authors"),
        ("NONE", "acme 1.0 made NoneType of it, no draft; tell its authors"),
    ],
)
def test_a_record_that_makes_it_fail_is_rejected(
    packages: Packages, attribute: str, reason: str
) -> None:
    packages.install("acme", a_format(), {"acme": f"acme:{attribute}"})
    (found,) = installed_formats().formats
    assert found.draft({"acme": 1}) == Rejected(reason)
    assert found.unwrap({}) is None


def test_one_that_fails_to_recognise_leaves_the_record_to_others(packages: Packages) -> None:
    packages.install("acme", a_format(), {"acme": "acme:BAD"})
    (found,) = installed_formats().formats
    assert found.recognises({"acme": 1}) is False


def test_what_our_own_may_raise_keeps_its_words(packages: Packages) -> None:
    source = (
        a_format().replace("Fixed('low')", "At('level')").replace('Fixed("low")', 'At("level")')
    )
    packages.install("acme", source, {"acme": "acme:FORMAT"})
    (found,) = installed_formats().formats
    outcome = found.draft({"acme": 1})
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no severity that is known; it comes from level"
