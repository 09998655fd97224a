"""Who else looks at the alert that is open."""

import pytest

from ir_console.model.company import Company, Glance, company_words

USERS = ((7, "dana"), (8, "lee"), (9, "mona"), (10, "\x1b[2Jzoe"), (11, "ola"))


def words(count: int, *, alert_id: int = 1) -> str:
    company = Company.of(1, USERS[:count], me=7)
    return "".join(span.text for span in company_words(company, alert_id))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, ""),
        (2, "◉ lee looks at it too "),
        (3, "◉ lee and mona look at it too "),
        (5, "◉ lee, mona, ␛[2Jzoe and 1 more look at it too "),
    ],
)
def test_others_are_named_and_oneself_is_not(count: int, said: str) -> None:
    assert words(count) == said


def test_viewers_of_another_alert_are_not_named() -> None:
    assert words(3, alert_id=2) == ""


def test_alert_is_told_once_and_only_when_the_eye_rests_on_it() -> None:
    glance = Glance()
    told = [glance.look(alert_id) for alert_id in (1, 2, 2, 2, 3, None, None, None)]
    assert told == [False, False, True, False, False, False, True, False]
