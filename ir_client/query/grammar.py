"""The grammar, and the reader that turns its rules into the syntax tree.

Loaded when a query is first parsed: nobody who asks nothing pays for lark. The lexer knows the
context, so that a colon ends a field's name and is an ordinary character in a value, and a word
such as `or` joins only where something can be joined.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from .complaints import MisreadError, Place, misplaced, place_of, unread
from .fields import Field, Kind, field_named, names_like
from .tree import Bare, Compare, Exists, Is, Node, Not, Operator, all_of, any_of, leaves
from .values import Written, read_bound, read_value

MAX_DEPTH = 20
MAX_TERMS = 100

_GRAMMAR = r"""
start: either
?either: both | both (_OR both)+ -> any_of
?both: single | single (_AND? single)+ -> all_of
?single: "(" either ")"
    | (_NOT | _MINUS) single -> negated
    | FIELD _COLON value -> asked
    | FIELD _COLON "(" values ")" -> asked
    | FIELD OP (VALUE | QUOTED) -> compared
    | (WORD | QUOTED) -> bare

?values: every | every (_OR every)+ -> any_value
?every: one | one (_AND one)+ -> all_values
?one: (VALUE | QUOTED) -> listed
    | _NOT one -> no_value
    | "(" values ")"
value: VALUE | QUOTED

FIELD.4: /[\w@][\w@-]*(?:\.(?:[\w@-]+|"[^"\\\x00-\x1f]+"))*(?=\s*[:<>])/
_OR.3: /or(?![^\s()"])/i
_AND.3: /and(?![^\s()"])/i
_NOT.3: /not(?![^\s()"])/i
_MINUS.3: /-(?=\S)/
_COLON: ":"
OP: /[<>]=?/
QUOTED: /"(?:[^"\\]|\\.)*"/s
WORD: /(?:[^\s()":<>=\\“”]|\\.)+/s
VALUE: /(?:[^\s()"<>=\\“”]|\\.)(?:[^\s()"\\“”]|\\.)*/s
%ignore /\s+/
"""


class _Values:
    """Values whose field is not known yet, and how deep they are nested."""

    def __init__(self, ask: Callable[[Field], Node], depth: int = 1) -> None:
        if depth > MAX_DEPTH:
            raise _too_deep()
        self.ask = ask
        self.depth = depth


@v_args(inline=True)
class _Reader(Transformer[Token, Node]):
    """Builds the tree while the grammar is followed: there is no recursion to run out of."""

    def start(self, node: Node) -> Node:
        terms = 0
        for _, depth in leaves(node):
            terms += 1
            if depth > MAX_DEPTH:
                raise _too_deep()
        if terms > MAX_TERMS:
            message = f"More than {MAX_TERMS} questions at once"
            raise MisreadError(message, "Ask for less, or use wildcards.", Place(0, 0))
        return node

    def any_of(self, *parts: Node) -> Node:
        return any_of(list(parts))

    def all_of(self, *parts: Node) -> Node:
        return all_of(list(parts))

    def negated(self, part: Node) -> Node:
        return Not(part)

    def asked(self, name: Token, values: _Values) -> Node:
        return values.ask(_field(name))

    def compared(self, name: Token, operator: Token, value: Token) -> Node:
        field = _field(name)
        order = cast("Operator", str(operator))
        return Compare(field, order, read_bound(field, order, _written(value)))

    def bare(self, word: Token) -> Node:
        return Bare(_written(word).pattern().folded(str.casefold))

    def value(self, token: Token) -> _Values:
        written = _written(token)
        return _Values(lambda field: _asked(field, written))

    # A rule of its own, so that the lexer looks for no field's name behind a listed value.
    listed = value

    def any_value(self, *parts: _Values) -> _Values:
        return _Values(lambda field: any_of([one.ask(field) for one in parts]), _deeper(*parts))

    def all_values(self, *parts: _Values) -> _Values:
        return _Values(lambda field: all_of([one.ask(field) for one in parts]), _deeper(*parts))

    def no_value(self, part: _Values) -> _Values:
        return _Values(lambda field: Not(part.ask(field)), _deeper(part))


def read(text: str) -> Node:
    """The syntax tree of a text that is not blank. Raises MisreadError."""
    try:
        return cast("Node", _parser().parse(text))
    except UnexpectedInput as error:
        raise unread(text, error) from None


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Reader())


def _deeper(*parts: _Values) -> int:
    return max(part.depth for part in parts) + 1


def _too_deep() -> MisreadError:
    hint = f"Nest at most {MAX_DEPTH} levels of parentheses and `not`."
    return MisreadError("This is nested too deeply", hint, Place(0, 0))


def _written(token: Token) -> Written:
    if complaint := misplaced(str(token), place_of(token)):
        raise complaint
    return Written(str(token), place_of(token))


def _asked(field: Field, written: Written) -> Node:
    if not written.is_quoted and written.pattern().is_anything:
        return Exists(field)
    return Is(field, read_value(field, written))


def _field(token: Token) -> Field:
    name, _, rest = token.partition(".")
    field = field_named(name)
    if field is None:
        raise _unknown(token, name)
    path = tuple(key.strip('"') for key in re.findall(r'"[^"]*"|[^."]+', rest))
    if field.kind is Kind.OPEN and not path:
        hint = f"Say which: {field.about.partition(': ')[2]}."
        raise MisreadError(f"`{field}` holds many values", hint, place_of(token))
    if field.kind is not Kind.OPEN and path:
        hint = f"Write `{field}`; only enrichment and raw have inner fields."
        raise MisreadError(f"`{field}` has no `{'.'.join(path)}`", hint, place_of(token))
    return field.at(path) if path else field


def _unknown(token: Token, name: str) -> MisreadError:
    close = names_like(name)
    if close:
        hint = f"Did you mean `{close[0]}`?"
    else:
        hint = "Quote a text that holds `:` or `<`; a field of the sender is `raw.NAME`."
    return MisreadError(f"There is no field `{token}`", hint, place_of(token))
