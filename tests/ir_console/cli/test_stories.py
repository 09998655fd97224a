import subprocess
import sys
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ir_console.cli.stories import BLOCK_STEPS, COLLEAGUES, story_step
from ir_console.cli.story_plots import ATTACKS, NOISE

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
seeds = st.integers(-(2**31), 2**31)
steps = st.integers(0, 10**6)


@given(seeds, steps)
def test_a_step_is_always_the_same(seed: int, step: int) -> None:
    assert story_step(seed, step) == story_step(seed, step)
    assert story_step(seed, step).draft(NOW) == story_step(seed, step).draft(NOW)


def test_another_process_tells_the_same_story() -> None:
    script = "from ir_console.cli.stories import story_step\nprint(story_step(7, 33))"
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == str(story_step(7, 33))


@given(seeds, steps)
def test_every_alert_is_one_that_the_contract_takes_and_was_just_detected(
    seed: int, step: int
) -> None:
    draft = story_step(seed, step).draft(NOW)
    assert draft.detected_at is not None
    assert timedelta(0) < NOW - draft.detected_at < timedelta(minutes=1)
    assert "{" not in draft.title + (draft.rule_name or "") + (draft.description or "")


@given(seeds, steps)
def test_colleagues_only_touch_alerts_that_exist(seed: int, step: int) -> None:
    for deed in story_step(seed, step).deeds:
        assert 0 <= deed.target_step < step
        assert deed.colleague in COLLEAGUES


def test_seeds_tell_different_stories() -> None:
    titles = {
        tuple(story_step(seed, step).draft(NOW).title for step in range(40)) for seed in range(5)
    }
    assert len(titles) == 5


def test_ids_are_distinct_between_steps_and_seeds() -> None:
    ids = {story_step(seed, step).external_alert_id for seed in range(3) for step in range(500)}
    assert len(ids) == 1500


def test_each_block_tells_one_attack_in_its_order_with_one_cast() -> None:
    told = [story_step(5, step) for step in range(BLOCK_STEPS)]
    attack = [step for step in told if step.beat not in NOISE]
    assert tuple(step.beat for step in attack) in ATTACKS
    assert len({step.cast for step in attack}) == 1


def test_a_day_has_every_plot_and_leaves_most_alerts_to_the_analyst() -> None:
    day = [story_step(1, step) for step in range(400)]
    assert {step.beat.plot for step in day} >= {attack[0].plot for attack in ATTACKS}
    touched = {deed.target_step for step in day for deed in step.deeds}
    assert 0.2 < len(touched) / len(day) < 0.5
    assert {deed.action for step in day for deed in step.deeds} == {"take", "comment", "status"}
