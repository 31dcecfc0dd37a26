"""The registry: an append-only log of signed statements, and what can be looked up in it."""

from certify_registry.appended import Appended
from certify_registry.connecting import connect, found
from certify_registry.fsck.finding import Finding
from certify_registry.registry import Registry
from certify_registry.store.finding import FoundCertificate, Question
from certify_registry.store.lookup import CertificateRow, EntryRow, PlanRow

__all__ = [
    "Appended",
    "CertificateRow",
    "EntryRow",
    "Finding",
    "FoundCertificate",
    "PlanRow",
    "Question",
    "Registry",
    "connect",
    "found",
]
