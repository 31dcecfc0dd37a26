"""Shards read as blocks of text: every format, every compression, files and objects."""

from certify.scan.reading.held import HeldData, TableReader
from certify.scan.reading.losses import no_column
from certify.scan.reading.reader import ShardReader, attempts, open_shard
from certify.scan.reading.sampling import sample_blocks

__all__ = ["HeldData", "ShardReader", "TableReader", "attempts", "no_column", "open_shard", "sample_blocks"]
