"""How severities and statuses look: a letter, a mark and a tone each, never colour alone.

Values this version does not know get a look of their own, so nothing is hidden for being new.
"""

from dataclasses import dataclass

from ir_console.safe_text import safe_text

from .spans import Tone


@dataclass(frozen=True, slots=True)
class SeverityLook:
    """A severity without and with colour."""

    mark: str
    letter: str
    word: str
    tone: Tone

    @property
    def short(self) -> str:
        return self.mark + self.letter


SEVERITY_LOOKS: dict[str, SeverityLook] = {
    "critical": SeverityLook("◆", "C", "Critical", Tone.CRITICAL),
    "high": SeverityLook("▲", "H", "High", Tone.HIGH),
    "medium": SeverityLook("■", "M", "Medium", Tone.MEDIUM),
    "low": SeverityLook("▽", "L", "Low", Tone.LOW),
    "info": SeverityLook("·", "I", "Info", Tone.INFO),
}

_STATUS_WORDS = {
    "new": "New",
    "triaged": "Triaged",
    "investigating": "Investigating",
    "in_progress": "In progress",
    "contained": "Contained",
    "escalated": "Escalated",
    "resolved": "Resolved",
    "false_positive": "False positive",
    "closed": "Closed",
}

_SHORT_STATUS_WORDS = {
    "investigating": "Investig.",
    "in_progress": "In prog.",
    "false_positive": "False pos.",
}

_STATUS_TONES = {
    "new": Tone.STRONG,
    "escalated": Tone.WARNING,
    "resolved": Tone.MUTED,
    "false_positive": Tone.MUTED,
    "closed": Tone.MUTED,
}


def severity_look(severity: str) -> SeverityLook:
    """The look of a severity; an unknown one shows its own first letter."""
    known = SEVERITY_LOOKS.get(severity)
    if known is not None:
        return known
    word = safe_text(severity, 20).capitalize() or "?"
    return SeverityLook("?", word[0], word, Tone.TEXT)


def status_word(status: str) -> str:
    """A status in words; an unknown one as the server sent it."""
    return _STATUS_WORDS.get(status) or safe_text(status, 40) or "?"


def short_status_word(status: str) -> str:
    """A status in at most ten cells, for narrow tables."""
    return _SHORT_STATUS_WORDS.get(status) or status_word(status)


def status_tone(status: str) -> Tone:
    """The tone of a status: what is over is quiet, what is escalated is not."""
    return _STATUS_TONES.get(status, Tone.TEXT)
