"""One TLS context and one proxy decision for both halves."""

import ssl
from pathlib import Path

import pytest
import trustme

from ir_client.errors import ConfigError
from ir_client.rest.network import network_for

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("https_proxy", "http://user:hunter2@proxy.example:3128")
    monkeypatch.setenv("http_proxy", "proxy.example:3128")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://localhost:1",
        "https://[::1]:1",
        "http://127.9.9.9",
        "http://a.localhost",
    ],
)
def test_requirement_19_a_loopback_address_never_goes_through_a_proxy(url: str) -> None:
    assert network_for(url).proxy is None


def test_requirement_19_another_address_goes_through_the_proxy_of_its_scheme() -> None:
    assert network_for("https://soc.example").proxy == "http://user:hunter2@proxy.example:3128"
    assert network_for("http://soc.example").proxy == "http://proxy.example:3128"


def test_exceptions_of_the_environment_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "soc.example")
    assert network_for("https://soc.example").proxy is None


def test_requirement_19_an_explicit_proxy_overrides_all_and_an_empty_one_means_none() -> None:
    assert network_for("http://127.0.0.1", proxy="http://p:1").proxy == "http://p:1"
    assert network_for("https://soc.example", proxy="").proxy is None


@pytest.mark.parametrize("proxy", ["socks5://p:1", "http://", "http://p:notaport"])
def test_a_proxy_that_cannot_be_used_is_a_clear_error(proxy: str) -> None:
    with pytest.raises(ConfigError, match="proxy"):
        network_for("https://soc.example", proxy=proxy)


def test_the_proxys_password_is_not_shown() -> None:
    assert "hunter2" not in repr(network_for("https://soc.example"))


def test_only_tls_has_a_context_and_it_verifies() -> None:
    assert network_for("http://soc.example").tls is None
    context = network_for("https://soc.example").tls
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_verification_can_be_turned_off_on_purpose() -> None:
    context = network_for("https://soc.example", verify=False).tls
    assert context is not None
    assert context.verify_mode is ssl.CERT_NONE


def test_a_ca_of_ones_own_is_trusted(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(pem))
    context = network_for("https://soc.example", verify=str(pem)).tls
    assert context is not None
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_cannot_be_used_is_a_clear_error(
    tmp_path: Path, content: str | None
) -> None:
    pem = tmp_path / "ca.pem"
    if content is not None:
        pem.write_text(content)
    with pytest.raises(ConfigError, match="cannot be used"):
        network_for("https://soc.example", verify=str(pem))


@pytest.mark.parametrize(
    ("url", "stream_url"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/incidents"),
        ("https://soc.example/ir/", "wss://soc.example/ir/ws/incidents"),
    ],
)
def test_the_stream_is_at_the_same_address(url: str, stream_url: str) -> None:
    assert network_for(url).stream_url == stream_url


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1", True),
        ("http://10.1.2.3", True),
        ("https://93.184.216.34", False),
        ("https://soc.example", False),
    ],
)
def test_near_is_this_machine_and_its_private_network(url: str, near: bool) -> None:
    assert network_for(url).is_near is near
