"""One run of certify's worker: ``python -m tests.bench.overhead.run_order ORDER.json``."""

from __future__ import annotations

import sys
from pathlib import Path

from certify.engines.order import WorkOrder
from certify.engines.runner import answer

if __name__ == "__main__":
    answer(WorkOrder.from_bytes(Path(sys.argv[1]).read_bytes()))
