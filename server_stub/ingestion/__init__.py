"""Take alerts in: validate each, store all that are good, and see later what they mean."""

from server_stub.ingestion.enrichment import Enrichment, EnrichmentRules
from server_stub.ingestion.intake import Created, Ingested, Intake

__all__ = ["Created", "Enrichment", "EnrichmentRules", "Ingested", "Intake"]
