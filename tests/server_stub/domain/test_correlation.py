from server_stub.domain.correlation import correlation_key, correlation_name


def key(**fields: str | None) -> str | None:
    defaults: dict[str, str | None] = dict.fromkeys(("team", "rule", "host", "user", "address"))
    return correlation_key(**(defaults | fields))


def test_one_rule_on_one_host_is_one_key_whatever_the_case_of_the_host() -> None:
    assert key(rule="r1", host="WS-1") == key(rule="r1", host="ws-1", user="dana")


def test_another_rule_host_or_team_is_another_key() -> None:
    keys = {key(rule="r1", host="a"), key(rule="r2", host="a"), key(rule="r1", host="b")}
    assert len({*keys, key(rule="r1", host="a", team="blue"), key(rule="r1", user="a")}) == 5


def test_without_a_rule_or_an_entity_there_is_nothing_to_correlate() -> None:
    assert key(rule="r1") is None
    assert key(host="ws-1") is None


def test_a_group_is_named_after_its_first_alert() -> None:
    assert correlation_name(7) == "COR-000007"
