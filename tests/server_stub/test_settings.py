from pathlib import Path

import pytest
from pydantic import ValidationError

from server_stub.domain.sla import SlaPolicy
from server_stub.settings import ServerSettings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "IR_SERVER_DATABASE_URL", "IR_SERVER_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_unset_secrets_stay_unset_and_data_has_a_home() -> None:
    settings = ServerSettings()
    assert (settings.secret_key, settings.admin_password, settings.ingest_token) == (None,) * 3
    assert settings.database_path.is_absolute()


@pytest.mark.parametrize("name", ["DATABASE_URL", "IR_SERVER_DATABASE_URL"])
def test_the_database_has_a_plain_name_too(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "sqlite:////var/lib/ir.db")
    assert ServerSettings().database_path == Path("/var/lib/ir.db")


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/lib/ir.db")
    assert ServerSettings(database_url="sqlite:///here.db").database_path == Path("here.db")


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "")
    assert ServerSettings().secret_key is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hunter2"),
        ("SECRET_KEY", "hunter2" * 8),
        ("SECRET_KEY", "hunter2aaaaaaaaaaaaaaaaaaaaaaaaaaa"[7:]),
        ("SECRET_KEY", "0" * 64),
        ("SECRET_KEY", "changeme-changeme-changeme-changeme"),
        ("IR_SERVER_TRUSTED_PROXIES", "*"),
        ("IR_SERVER_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("IR_SERVER_TRUSTED_PROXIES", "10.0.0.1,::/0"),
        ("IR_SERVER_TRUSTED_PROXIES", "hunter2"),
        ("IR_SERVER_TLS_KEY", "hunter2.pem"),
        ("IR_SERVER_ADMIN_PASSWORD", "hunter2"),
        ("IR_SERVER_INGEST_TOKEN", "hunter2"),
        ("IR_SERVER_INGEST_TOKEN", "hunter2.with.dots.and.length"),
        ("IR_SERVER_INGEST_TOKEN", "hunter2 with blanks and length"),
        ("DATABASE_URL", "postgresql://hunter2@db/ir"),
        ("DATABASE_URL", "sqlite://"),
        ("IR_SERVER_LOG_LEVEL", "hunter2"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_without_being_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        ServerSettings()
    assert "hunter2" not in str(caught.value)


def test_deadlines_are_four_numbers_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IR_SERVER_SLA_RESPONSE_MINUTES", "5, 10,15,0.5")
    settings = ServerSettings()
    assert settings.sla_response_minutes == (5, 10, 15, 0.5)
    policy = SlaPolicy()
    assert settings.sla_resolution_minutes == policy.resolution_minutes
    assert ServerSettings.model_fields["sla_response_minutes"].default == policy.response_minutes


@pytest.mark.parametrize("value", ["5", "5,10,15", "5,10,15,0", "5,10,15,x", "5,10,15,1e99"])
def test_deadlines_that_mean_nothing_are_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("IR_SERVER_SLA_RESOLUTION_MINUTES", value)
    with pytest.raises(ValidationError):
        ServerSettings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-more-than-32-characters")
    assert "a-secret" not in repr(ServerSettings())


def test_trusted_proxies_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IR_SERVER_TRUSTED_PROXIES", "10.0.0.1, 2001:DB8::/32")
    assert ServerSettings().trusted_proxies == ("10.0.0.1/32", "2001:db8::/32")
