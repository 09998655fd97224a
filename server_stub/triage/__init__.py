"""What people and programs do to alerts, one by one and many at once."""

from server_stub.triage.bulk import BulkPart, BulkTriage, Chosen
from server_stub.triage.single import Owned, Triage

__all__ = ["BulkPart", "BulkTriage", "Chosen", "Owned", "Triage"]
