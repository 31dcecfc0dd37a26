"""corpus-assay with its own settings, one worker."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from common import run

CONFIG = """
benchmarks:
  - name: bench
    dataset: json
    data_files: {{test: {path}}}
    splits: [test]
    fields: [question]
ngram: 13
min_hits: 3
min_coverage: 0.001
"""


def work(folder: Path, benchmark: Path) -> list[str]:
    program = str(Path(sys.executable).with_name("corpus-assay"))
    with tempfile.TemporaryDirectory() as place:
        config, index, out = Path(place) / "config.yaml", Path(place) / "bench.native", Path(place) / "out"
        config.write_text(CONFIG.format(path=benchmark))
        common = ["--config", str(config)]
        subprocess.run([program, "build-index", *common, "--out-index", str(index), "--allow-unpinned"], check=True)
        given = ["--index", str(index), "--input", str(folder), "--id-key", "id", "--out-dir", str(out)]
        subprocess.run(
            [program, "scan", *common, *given, "--workers", "1", "--max-return-records", "10000000"], check=True
        )
        lines = [line for path in (out / "contaminated_docs").iterdir() for line in path.read_text().splitlines()]
    return [json.loads(line)["doc_id"].rsplit("-part-", 1)[0] for line in lines]


if __name__ == "__main__":
    run(work)
