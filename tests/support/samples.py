"""What becomes of a record, and of the real ones beside the project, which not everybody has."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import recognise
from ir_client.wire.alerts import AlertDraft

SHARED = Path(__file__).parents[3] / "shared/samples"
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="no samples beside the project")


def real_outcomes(folder: str) -> tuple[list[AlertDraft], Counter[str], list[str]]:
    """The drafts, the reasons to skip and to reject, of all files in a folder of real samples."""
    drafts, skipped, rejected = [], Counter[str](), []
    for path in sorted((SHARED / folder).iterdir()):
        with path.open("rb") as stream:
            for reading in read_drafts(stream):
                match reading.outcome:
                    case Skipped(reason=reason):
                        skipped[reason] += 1
                    case Rejected(reason=reason):
                        rejected.append(reason)
                    case draft:
                        drafts.append(draft)
    return drafts, skipped, rejected


def outcome_of(format_name: str, record: dict[str, Any]) -> AlertDraft | Skipped | Rejected:
    """What becomes of a record, which has to be recognised as one of that format."""
    known = recognise(record)
    assert known is not None
    assert known.name == format_name
    return known.draft(record)


def draft_of(format_name: str, record: dict[str, Any]) -> AlertDraft:
    outcome = outcome_of(format_name, record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome
