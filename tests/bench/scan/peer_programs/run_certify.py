"""certify's scan under the same conditions, plus its peak memory; THREADS may follow."""

import json
import sys
from pathlib import Path

from common import run

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT))
from certify.scan.benchmark import load_benchmark  # noqa: E402
from tests.bench.scan.accuracy import scan_many  # noqa: E402


def work(folder: Path, benchmark: Path) -> list[str]:
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    shards = sorted(folder.glob("part-*"))
    (report,) = scan_many(shards, [load_benchmark(benchmark)], seed=1, threads=threads)
    return [f"{span.shard}:{span.document}" for finding in report.findings for span in finding.spans]


run(work)
out = Path(sys.argv[3])
# What getrusage calls the peak begins with the parent's, from before this program was loaded.
status = Path("/proc/self/status").read_text() if Path("/proc/self/status").exists() else ""
peak = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
out.write_text(json.dumps({**json.loads(out.read_text()), "peak_mib": peak}))
