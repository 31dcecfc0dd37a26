import random
from collections import Counter

from pydantic import TypeAdapter

from certify.scan.run_counts import RunCounts


def test_counts_add_up_in_any_order_and_come_back_from_json() -> None:
    draw = random.Random(5)
    parts = [[(draw.randrange(50_000), draw.randint(1, 9)) for _ in range(30_000)] for _ in range(6)]
    expected: Counter[int] = Counter()
    for part in parts:
        for run, times in part:
            expected[run] += times
    sums = [RunCounts(), RunCounts()]
    for number, part in enumerate(parts):
        sums[0].update(RunCounts(*zip(*part, strict=True)))
        sums[1].update(RunCounts(*zip(*parts[-1 - number], strict=True)))
    runs, times = sums[0].totals()
    assert dict(zip(runs.tolist(), times.tolist(), strict=True)) == expected
    assert runs.tolist() == sorted(expected)
    assert sums[0] == sums[1] != RunCounts([1], [1])
    stored = TypeAdapter(RunCounts)
    assert stored.validate_json(stored.dump_json(sums[0])) == sums[0]
    sums[0].clear()
    assert sums[0] == RunCounts()
