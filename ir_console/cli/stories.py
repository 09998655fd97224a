"""Make up a believable day in a security operations centre.

A pure function of (seed, step): step `n` of a seed is always the same alert and the same deeds
of colleagues. Holds no clock: an alert says how long ago it was detected, and the caller says
when now is. Steps come in blocks; a block weaves one attack and background noise together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Literal

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.values import AlertStatus

from .story_cast import Beat, Cast, cast_for
from .story_plots import ATTACKS, NOISE

BLOCK_STEPS = 16
COLLEAGUES: tuple[str, ...] = ("mira", "jonas", "priya", "tomas")

# Two of three alerts stay untouched: the analyst at the console must find work.
_HANDLED_SHARE = 0.35
_LONGEST_PLAN_STEPS = 40

_REMARKS = (
    "Looking at it.",
    "Known scanner of the vulnerability team, see the change calendar.",
    "Asked the user: expected, it was a test.",
    "Host isolated, image taken.",
    "Same pattern as last week, linking both.",
    "No follow-up traffic in the proxy logs.",
    "Password reset, sessions revoked.",
    "Hash is clean on all feeds; the signature is too wide.",
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a colleague does to the alert that an earlier step made."""

    colleague: str
    target_step: int
    action: Literal["take", "comment", "status"]
    comment: str | None = None
    status: AlertStatus | None = None


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step of the day: an alert, and what colleagues do meanwhile."""

    step: int
    external_alert_id: str
    beat: Beat
    cast: Cast
    seconds_ago: float
    deeds: tuple[Deed, ...]

    def draft(self, now: datetime) -> AlertDraft:
        """The alert of this step as it would be sent at `now`."""
        fields = self.beat.fields(self.cast)
        return AlertDraft(
            external_alert_id=self.external_alert_id,
            detected_at=now - timedelta(seconds=self.seconds_ago),
            raw_alert_data={"demo": True, "plot": self.beat.plot, **fields},
            **fields,
        )


def story_step(seed: int, step: int) -> StoryStep:
    """What happens at `step`, counted from 0, of the day that `seed` makes up."""
    block, place = divmod(step, BLOCK_STEPS)
    beat, cast = _block(seed, block)[place]
    return StoryStep(
        step=step,
        external_alert_id=external_id(seed, step),
        beat=beat,
        cast=cast,
        seconds_ago=round(_random(seed, "delay", step).uniform(0.2, 20), 1),
        deeds=tuple(_deeds_at(seed, step)),
    )


def external_id(seed: int, step: int) -> str:
    """The external id of the alert of a step."""
    return f"demo-{seed}-{step}"


def _random(seed: int, what: str, number: int) -> Random:
    # A text seed is hashed the same way in every process, a tuple is not.
    return Random(f"{seed}/{what}/{number}")  # a story, not a secret


@lru_cache(maxsize=16)
def _block(seed: int, block: int) -> tuple[tuple[Beat, Cast], ...]:
    random = _random(seed, "block", block)
    attack = ATTACKS[(block + _random(seed, "first", 0).randrange(len(ATTACKS))) % len(ATTACKS)]
    cast = cast_for(random)
    places = sorted(random.sample(range(BLOCK_STEPS), len(attack)))
    woven = dict(zip(places, [(beat, cast) for beat in attack], strict=True))
    return tuple(woven.get(place) or _noise(random) for place in range(BLOCK_STEPS))


def _noise(random: Random) -> tuple[Beat, Cast]:
    return random.choice(NOISE), cast_for(random)


def _deeds_at(seed: int, step: int) -> Iterator[Deed]:
    for target in range(max(0, step - _LONGEST_PLAN_STEPS), step):
        for at, deed in _plan_for(seed, target):
            if at == step:
                yield deed


@lru_cache(maxsize=128)
def _plan_for(seed: int, target: int) -> Sequence[tuple[int, Deed]]:
    """What a colleague will do about the alert of step `target`, and at which steps."""
    random = _random(seed, "plan", target)
    if random.random() > _HANDLED_SHARE:
        return ()
    who = random.choice(COLLEAGUES)
    remark = random.choice(_REMARKS)
    end: AlertStatus = random.choice(("resolved", "false_positive", "closed", "contained"))
    deeds = [
        Deed(who, target, "take"),
        Deed(who, target, "comment", comment=remark),
        Deed(who, target, "status", status=end),
    ]
    if random.random() < 0.4:
        deeds = [Deed(who, target, "status", status=random.choice(("triaged", "escalated")))]
    steps = sorted(random.sample(range(2, _LONGEST_PLAN_STEPS + 1), len(deeds)))
    return tuple((target + after, deed) for after, deed in zip(steps, deeds, strict=True))
