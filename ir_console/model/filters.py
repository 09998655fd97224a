"""The text filter: which rows the analyst wants to see.

Words are all required, `-word` excludes, quotes keep blanks. A word matches anywhere in what the
table knows of an alert: title, rule, hosts, users, addresses, source, severity, status, owner.
There is no wrong input: an unclosed quote simply reaches to the end.
"""

import re
from dataclasses import dataclass

_WORDS = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, slots=True)
class TextFilter:
    """What a row must hold and must not hold, in lower case."""

    text: str = ""
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "TextFilter":
        required: list[str] = []
        excluded: list[str] = []
        for minus, quoted, bare in _WORDS.findall(text):
            word = (quoted or bare).casefold()
            if word:
                (excluded if minus else required).append(word)
        return cls(text.strip(), tuple(required), tuple(excluded))

    def matches(self, haystack: str) -> bool:
        """Whether a row with this (casefolded) text passes."""
        return all(word in haystack for word in self.required) and not any(
            word in haystack for word in self.excluded
        )


EVERYTHING = TextFilter()
