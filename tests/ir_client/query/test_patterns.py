"""Texts to look for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.query.patterns import Pattern, Wild, finder, fold_ascii, read_pattern

ANY, ONE = Wild.MANY, Wild.ONE


def test_a_backslash_protects_what_means_something_and_is_itself_before_the_rest() -> None:
    assert read_pattern(r"\*a\?") == Pattern(("*a?",))
    assert read_pattern(r"C:\Users\\x\ y") == Pattern((r"C:\Users\x y",))


def test_stars_that_meet_are_one() -> None:
    assert read_pattern("a***b?*") == Pattern(("a", ANY, "b", ONE, ANY))


def test_what_could_be_read_otherwise_is_quoted() -> None:
    for text in ("a b", "or", "NOT", "-x", "!x", 'say "x"', "a:b", "a\\b", "(", "a*"):
        assert str(Pattern.literal_of(text)).startswith('"')
    for text in ("powershell", "10.0.0.1", "ws-07", "user@corp", "Ünit"):
        assert str(Pattern.literal_of(text)) == text


def test_a_leading_minus_is_protected_where_quotes_would_hide_the_star() -> None:
    assert str(Pattern(("-a", ANY))) == r"\-a*"


def test_only_a_to_z_lose_their_case() -> None:
    assert fold_ascii("ABC-ÜẞİΣ") == "abc-ÜẞİΣ"


def test_a_pattern_that_would_make_a_backtracking_search_explode_is_answered_at_once() -> None:
    # Backtracking would take 64^10 steps: this ends, or the test runs into its time limit.
    pattern = Pattern((ANY, *("a", ANY) * 10, "b"))
    assert not finder(pattern, whole=True)("a" * 65_536)
    assert not finder(pattern, whole=False)("a" * 65_536)


def _fits(parts: tuple[str | Wild, ...], text: str) -> bool:
    """By trying every way."""
    if not parts:
        return text == ""
    head, rest = parts[0], parts[1:]
    if head is ANY:
        return any(_fits(rest, text[skipped:]) for skipped in range(len(text) + 1))
    if head is ONE:
        return text != "" and _fits(rest, text[1:])
    return text.startswith(str(head)) and _fits(rest, text[len(str(head)) :])


_parts = st.lists(st.sampled_from(["a", "b", "ab", "\n", ANY, ONE]), min_size=1, max_size=5)


@given(_parts.map(tuple), st.text("ab\n", max_size=7))
@settings(max_examples=250, deadline=None)
def test_a_pattern_finds_what_trying_every_way_finds(
    parts: tuple[str | Wild, ...], text: str
) -> None:
    assert finder(Pattern(parts), whole=True)(text) is _fits(parts, text)
    assert finder(Pattern(parts), whole=False)(text) is _fits((ANY, *parts, ANY), text)
