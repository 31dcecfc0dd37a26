"""Bytes on disk to digests: which model or data a statement speaks of, and refusal of what could deceive."""

from certify.identify.arrow_data import ArrowData, read_arrow
from certify.identify.cache import DigestCache
from certify.identify.datasets import DatasetFolder, read_dataset
from certify.identify.manifest import Difference, DifferenceKind, Manifest, compare
from certify.identify.model import ModelFolder, read_model, recheck
from certify.identify.prepare import Prepared, prepare
from certify.identify.present import PresentModel, present_model
from certify.identify.sharding import Sharded, verify_shards
from certify.identify.staging import stage

__all__ = [
    "ArrowData",
    "DatasetFolder",
    "Difference",
    "DifferenceKind",
    "DigestCache",
    "Manifest",
    "ModelFolder",
    "Prepared",
    "PresentModel",
    "Sharded",
    "compare",
    "prepare",
    "present_model",
    "read_arrow",
    "read_dataset",
    "read_model",
    "recheck",
    "stage",
    "verify_shards",
]
