"""Where a field comes from, as a mapping file writes it.

"rule.name"                                     a path
"{vendor}: {rule.name}"                         a sentence with paths in it
{always = "acme"}                               the same for all
{at = "level", words = {sev1 = "critical"}}     a word, by a table
{at = "score", up_to = [[3, "low"], [10, "high"]], least = 0}
{at = "percent", of = 100}                      a share
["a.b", "{c} on {d}", {always = "x"}]           the first of these that fits
"""

from collections.abc import Callable, Mapping
from string import Formatter
from types import MappingProxyType

from ir_client.wire.values import SEVERITIES, THREAT_TYPES

from .mapping_keys import MappingFileError, Table, path_at, paths_at, refuse_unknown, under
from .sources import At, FieldSource, FirstOf, Fixed, Scale, Sentence, Share, Words

_WORDS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"severity": SEVERITIES, "threat_type": THREAT_TYPES}
)
_SCORES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"confidence_score": (0, 1), "risk_score": (1, 100)}
)
_KINDS = ("always", "words", "up_to", "of")
_PAIR = 2


def source_at(value: object, field: str) -> FieldSource:
    """The source of a field. Raises MappingFileError."""
    return _source(value, field, f"fields.{field}")


def _source(value: object, field: str, where: str) -> FieldSource:
    match value:
        case str() if "{" in value:
            return _sentence(value, where)
        case str():
            return _plain(path_at(value, where).text, field)
        case list() if value:
            parts = (_source(one, field, f"{where}[{n}]") for n, one in enumerate(value))
            return FirstOf(*parts)
        case dict():
            return _from_table(value, field, where)
    raise MappingFileError(where, f"{value!r} says no source; write a path, a list or a table")


def _plain(path: str, field: str) -> FieldSource:
    """A path; for a field with words of its own, those words alone count."""
    known = _WORDS_OF.get(field)
    return Words(path, table={word: word for word in known}) if known else At(path)


def _sentence(template: str, where: str) -> FieldSource:
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise MappingFileError(where, f"{template!r}: {error}; write {{path}}") from None
    for _, path, spec, conversion in pieces:
        if spec or conversion:
            raise MappingFileError(where, f"{template!r}: a path alone goes between the braces")
        if path is not None:
            path_at(path, where)
    return Sentence(template)


def _from_table(table: Table, field: str, where: str) -> FieldSource:
    kinds = [kind for kind in _KINDS if kind in table]
    if len(kinds) != 1:
        raise MappingFileError(where, f"a table has just one of {', '.join(_KINDS)}")
    return _READ[kinds[0]](table, field, where)


def _fixed(table: Table, field: str, where: str) -> FieldSource:
    refuse_unknown(table, {"always"}, where)
    return Fixed(_fitting(table["always"], field, under(where, "always")))


def _words(table: Table, field: str, where: str) -> FieldSource:
    refuse_unknown(table, {"at", "words", "part"}, where)
    words, here = table["words"], under(where, "words")
    if not isinstance(words, dict) or not words:
        raise MappingFileError(here, 'write a table like `words = {sev1 = "critical"}`')
    part = table.get("part", False)
    if not isinstance(part, bool):
        raise MappingFileError(under(where, "part"), f"{part!r} is neither true nor false")
    fitting = {word: _fitting(value, field, under(here, word)) for word, value in words.items()}
    return Words(*_at(table, where), table=fitting, part=part)


def _scale(table: Table, field: str, where: str) -> FieldSource:
    refuse_unknown(table, {"at", "up_to", "least"}, where)
    here = under(where, "up_to")
    steps = table["up_to"]
    example = 'write pairs with limits that grow, like `up_to = [[3, "low"], [10, "high"]]`'
    if not isinstance(steps, list) or not steps:
        raise MappingFileError(here, example)
    up_to: list[tuple[float, object]] = []
    for step in steps:
        if not isinstance(step, list) or len(step) != _PAIR:
            raise MappingFileError(here, example)
        limit = _number(step[0], here)
        if up_to and limit <= up_to[-1][0]:
            raise MappingFileError(here, example)
        up_to.append((limit, _fitting(step[1], field, here)))
    least = _number(table.get("least", 0), under(where, "least"))
    return Scale(*_at(table, where), up_to=tuple(up_to), least=least)


def _share(table: Table, field: str, where: str) -> FieldSource:
    refuse_unknown(table, {"at", "of"}, where)
    if field not in _SCORES:
        raise MappingFileError(under(where, "of"), f"only for {' and '.join(_SCORES)}")
    of = _number(table["of"], under(where, "of"))
    if of <= 0:
        raise MappingFileError(under(where, "of"), f"{of:g} is not above 0")
    return Share(At(*_at(table, where)), of=of)


_READ: Mapping[str, Callable[[Table, str, str], FieldSource]] = MappingProxyType(
    {"always": _fixed, "words": _words, "up_to": _scale, "of": _share}
)


def _at(table: Table, where: str) -> tuple[str, ...]:
    if not (paths := paths_at(table, "at", where)):
        raise MappingFileError(under(where, "at"), 'missing: say where, like `at = "level"`')
    return paths


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MappingFileError(where, f"{value!r} is no number")
    return value


def _fitting(value: object, field: str, where: str) -> object:
    """A value that the field can have; others would be found out record by record."""
    if known := _WORDS_OF.get(field):
        if value not in known:
            raise MappingFileError(where, f"{value!r} is no {field}; say one of {', '.join(known)}")
    elif field in _SCORES:
        low, high = _SCORES[field]
        if not low <= _number(value, where) <= high:
            raise MappingFileError(where, f"{value!r} is not from {low:g} to {high:g}")
    elif isinstance(value, bool) or not isinstance(value, str | int | float):
        raise MappingFileError(where, f"{value!r} is neither a text nor a number")
    return value
