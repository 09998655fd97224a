"""What a query can ask about: one table, for the parser, the matcher, SQL and completion."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from ..wire.values import ALERT_STATUSES, DISPOSITIONS, SEVERITIES, THREAT_TYPES


class Kind(StrEnum):
    """How the values of a field are written and compared."""

    CHOICE = "choice"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    ADDRESS = "address"
    FLAG = "flag"
    PERSON = "person"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a query can ask about.

    `attributes` are the fields of an alert that it reads, several meaning any of them. `choices`
    are its known values, the first one the highest where it `has_order`. `path` leads to a value
    inside the JSON of an open field. Equal fields have the same name and path.
    """

    name: str
    kind: Kind
    attributes: tuple[str, ...]
    about: str
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    has_order: bool = False
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The field as a query says it."""
        return ".".join((self.name, *map(_segment, self.path)))

    def at(self, path: tuple[str, ...]) -> "Field":
        """The value at `path` inside this open field."""
        return Field(self.name, self.kind, self.attributes, self.about, path=path)


def _choice(name: str, about: str, *choices: str, has_order: bool = False) -> Field:
    return Field(name, Kind.CHOICE, (name,), about, choices=choices, has_order=has_order)


def _field(name: str, kind: Kind, about: str, *aliases: str, reads: tuple[str, ...] = ()) -> Field:
    return Field(name, kind, reads or (name,), about, aliases)


def _names(*rows: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(_field(name, Kind.NAME, about, *aliases) for name, about, *aliases in rows)


def _many(kind: Kind, **about: str) -> tuple[Field, ...]:
    return tuple(_field(name, kind, text) for name, text in about.items())


_FIELDS = (
    _choice("severity", "how bad it is", *SEVERITIES, has_order=True),
    _choice("status", "where triage stands", *ALERT_STATUSES),
    _field("is_open", Kind.FLAG, "wants attention: not resolved, false positive or closed", "open"),
    _field("is_overdue", Kind.FLAG, "open, and received over 24 hours ago", "overdue"),
    _field(
        "assigned_analyst",
        Kind.PERSON,
        "whose it is: a username, a user's number, or me",
        "assigned_analyst_id",
        "assignee",
        "owner",
        reads=("assigned_analyst_id",),
    ),
    _field("ip", Kind.ADDRESS, "either address", reads=("source_ip", "destination_ip")),
    _field("source_ip", Kind.ADDRESS, "the address that it came from"),
    _field("destination_ip", Kind.ADDRESS, "the address that it went to"),
    _field("port", Kind.NUMBER, "either port", reads=("source_port", "destination_port")),
    _field("rule", Kind.NAME, "the rule's id or name", reads=("rule_id", "rule_name")),
    *_names(
        ("affected_hostname", "the host that it is about", "host", "hostname"),
        ("affected_user", "the user that it is about", "user"),
        ("source", "what reported it"),
        ("source_system", "the system that sent it"),
        ("rule_id", "the rule's id"),
        ("rule_name", "the rule's name"),
        ("tags", "any of its tags", "tag"),
        ("mitre_techniques", "any of its ATT&CK techniques", "technique", "mitre"),
        ("team", "the team that it belongs to"),
        ("incident_id", "its incident, such as INC-2026-0001", "incident"),
        ("external_alert_id", "its number at the sender"),
        ("correlation_id", "the group that it belongs to"),
        ("playbook_execution_id", "the playbook run on it"),
        ("protocol", "the network protocol"),
        ("asset_criticality", "how much the host matters"),
        ("data_classification", "how secret the data is"),
        ("reported_to", "any authority that it was reported to"),
    ),
    _choice("threat_type", "what kind of threat it is", *THREAT_TYPES),
    _choice("disposition", "what it turned out to be", *DISPOSITIONS),
    *_many(
        Kind.TEXT,
        title="its title",
        description="its description",
        investigation_notes="the notes of the investigation",
        analyst_comments="the analysts' comments",
        disposition_reason="why it turned out to be that",
        false_positive_reason="why it is a false positive",
        business_impact="what it means for the business",
        compliance_notes="notes for compliance",
    ),
    *_many(
        Kind.NUMBER,
        id="its number",
        risk_score="1 to 100",
        confidence_score="0 to 1",
        occurrences="how often it was reported",
        source_port="the port that it came from",
        destination_port="the port that it went to",
        parent_alert_id="the alert that it follows from",
        estimated_financial_impact="what it may cost",
        revision="how often it was changed",
    ),
    *_many(
        Kind.TIME,
        received_at="when the server got it",
        detected_at="when the sensor saw it",
        updated_at="when it last changed",
        created_at="when it was made here",
        last_seen_at="when it was last reported",
        first_response_at="when it first left `new`",
        containment_at="when it was contained",
        resolution_at="when it was resolved",
        closed_at="when it was closed",
        reported_at="when it was reported to an authority",
        notification_deadline="until when someone must be told",
    ),
    *_many(
        Kind.FLAG,
        reported="reported to an authority",
        false_positive="closed as a false positive",
        requires_notification="someone must be told",
    ),
    _field(
        "enrichment",
        Kind.OPEN,
        "what was found out, by path: enrichment.geo.country",
        "enrichment_data",
        reads=("enrichment_data",),
    ),
    _field(
        "raw",
        Kind.OPEN,
        "the sender's own record, by path: raw.event.kind",
        "raw_alert_data",
        reads=("raw_alert_data",),
    ),
)

_BY_NAME = {name: field for field in _FIELDS for name in (field.name, *field.aliases)}
_TIMES = ("now-15m", "now-1h", "now-24h", "now-7d")


def fields() -> tuple[Field, ...]:
    """Every field, the most asked for first."""
    return _FIELDS


def field_named(name: str) -> Field | None:
    """The field of this name or alias, whatever its case."""
    return _BY_NAME.get(name.lower())


def names_like(name: str) -> list[str]:
    """Up to three names that may have been meant, the likeliest first."""
    return get_close_matches(name.lower(), _BY_NAME, n=3, cutoff=0.6)


def values_of(field: Field) -> tuple[str, ...]:
    """Values worth proposing for a field; empty where only the alerts know them."""
    match field.kind:
        case Kind.CHOICE:
            return field.choices
        case Kind.FLAG:
            return ("true", "false")
        case Kind.PERSON:
            return ("me", "*")
        case Kind.TIME:
            return _TIMES
        case _:
            return ()


def _segment(key: str) -> str:
    is_bare = key != "" and all(char.isalnum() or char in "_@-" for char in key)
    return key if is_bare else f'"{key}"'
