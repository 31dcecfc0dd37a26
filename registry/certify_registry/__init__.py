"""The registry: an append-only log of signed statements, and what can be looked up in it."""

from certify_registry.finding import Finding
from certify_registry.lookup import CertificateRow, EntryRow, PlanRow
from certify_registry.registry import Appended, Registry

__all__ = ["Appended", "CertificateRow", "EntryRow", "Finding", "PlanRow", "Registry"]
