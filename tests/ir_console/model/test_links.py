"""Where a link goes, whatever it looks like."""

import pytest

from ir_console.model.links import links_of, target_of
from tests.support.builders import an_alert


def test_links_are_found_in_every_text_once_and_in_order() -> None:
    alert = an_alert(
        description="see (https://a.example/x), and http://b.example.",
        investigation_notes="https://a.example/x",
        enrichment_data={"refs": [{"url": "https://c.example/?q=1"}]},
    )
    assert links_of(alert) == ("https://a.example/x", "http://b.example", "https://c.example/?q=1")


def test_nothing_but_http_is_a_link() -> None:
    text = "file:///etc/passwd javascript:alert(1) ssh://x ftp://y data:text/html,z vscode://a"
    assert links_of(an_alert(description=text)) == ()


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://a\x1b[2J",
        "https://a:99999/",
        "https://[::1",
        "https://a\u202e.example",
        "https://" + "x" * 70 + "é.example",
    ],
)
def test_what_is_no_link_is_not_opened(link: str) -> None:
    assert target_of(link) is None


@pytest.mark.parametrize(
    ("link", "host", "said"),
    [
        ("https://аpple.example/", "xn--pple-43d.example", "Cyrillic"),
        ("https://xn--pple-43d.example/", "xn--pple-43d.example", "Cyrillic"),
        ("https://bank.example@evil.example/", "evil.example", "before the @"),
        ("https://10.0.0.1/", "10.0.0.1", "bare address"),
        ("https://a.example:8443/", "a.example", "port 8443"),
        ("http://a.example/", "a.example", "not encrypted"),
    ],
)
def test_target_tells_the_truth(link: str, host: str, said: str) -> None:
    target = target_of(link)
    assert target is not None
    assert target.host == host
    assert target.url.isascii()
    assert said in " ".join(target.warnings)


def test_honest_link_has_no_warnings_and_stays_as_it_is() -> None:
    target = target_of("https://a.example/p%20q/é?x=1&y=[2]#z")
    assert target is not None
    assert target.warnings == ()
    assert target.url == "https://a.example/p%20q/%C3%A9?x=1&y=%5B2%5D#z"
