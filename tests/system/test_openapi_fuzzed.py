"""Whatever is sent that the OpenAPI document allows, or nearly allows: no 5xx, and no answer that
the document does not know."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.live_server import CHEAP_PASSWORDS, LiveServer, running_server
from tests.support.openapi import described
from tests.support.server import an_alert_body

EXAMPLES = 60
# They end all logins, those of the others too.
LAST = ["PUT /api/v1/auth/users/{user_id}", "POST /api/v1/auth/logout-all"]
LABELS = sorted(
    f"{method.upper()} {path}"
    for path, methods in described().document["paths"].items()
    for method in methods
)


@dataclass(frozen=True)
class Target:
    server: LiveServer
    api: str
    logins: list[str]

    def headers(self, kinds: set[str]) -> dict[str, str]:
        """Someone who may do it; a login of its own for each, as some end it."""
        if "user" in kinds:
            return {"Authorization": f"Bearer {self.logins.pop()}"}
        return {"Authorization": f"Bearer {self.server.ingest_token}"} if kinds else {}


def signed_in(server: LiveServer, api: str) -> str:
    credentials = {"username": "admin", "password": server.admin_password}
    answer = httpx.post(f"{api}/auth/login", json=credentials).raise_for_status()
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that has something of everything."""
    with running_server(tmp_path_factory.mktemp("fuzzed"), CHEAP_PASSWORDS) as server:
        api = f"{server.url}/api/v1"
        # All now: who tries logins at random is slowed down.
        target = Target(server, api, [signed_in(server, api) for _ in [*LABELS, "set-up"]])
        admin, token = target.headers({"user"}), target.headers({"endpointToken"})
        with httpx.Client(base_url=target.api) as http:
            for number in range(3):
                alert = an_alert_body(external_alert_id=f"{number}", source="edr")
                http.post("/alerts/single", json=alert, headers=token).raise_for_status()
            http.post("/alerts/1/ownership", headers=admin).raise_for_status()
            wanted = {"token_name": "siem"}
            http.post("/endpoint-tokens", json=wanted, headers=admin).raise_for_status()
        yield target


@pytest.mark.prove
@pytest.mark.parametrize(
    "label", sorted(LABELS, key=lambda label: LAST.index(label) + 1 if label in LAST else 0)
)
def test_no_request_is_answered_otherwise_than_documented(target: Target, label: str) -> None:
    # Not above: importing it costs every run of the other tests two seconds.
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    held_to = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_dict(described().document)
    operation = next(one.ok() for one in schema.get_all_operations() if one.ok().label == label)
    kinds = {kind for one in operation.definition.raw["security"] for kind in one}
    headers = target.headers(kinds)
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    cases = modes.flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Any) -> None:
        case.call_and_validate(base_url=target.server.url, headers=headers, checks=held_to)

    send()
