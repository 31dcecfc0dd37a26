"""Certificates near that of ``level_one``: same house, same keys, one thing different.

Each lives in a copy of the house, so that the log of the first stays as it is; proofs of all of them verify under one
log key.
"""

from __future__ import annotations

from functools import cache

import yaml

from certify.pipeline.request import RunRequest
from tests.fakes.chain import Chain, finish, level_one, scratch, write_policy


@cache
def later_run() -> Chain:
    """The same model, policy and data once more: the second attempt."""
    return _again(level_one().request)


@cache
def of_other_data() -> Chain:
    """The same model under the same policy, with other training data of the same size."""
    [first] = level_one().request.data
    data = scratch() / first.name
    data.write_text(first.read_text().replace("letters", "ledgers"))
    assert data.stat().st_size == first.stat().st_size
    assert data.read_bytes() != first.read_bytes()
    return _again(level_one().request.model_copy(update={"data": (data,)}))


@cache
def under_another_version() -> Chain:
    """The same model and data under the next version of the policy, whose rules are the same."""
    _, folder = write_policy(scratch())
    document = yaml.safe_load((folder / "policy.yaml").read_text())
    (folder / "policy.yaml").write_text(yaml.safe_dump(document | {"version": "1.0.1"}, sort_keys=False))
    return _again(level_one().request.model_copy(update={"policy": str(folder)}))


def _again(request: RunRequest) -> Chain:
    return finish(level_one().house.copied(scratch()), request, drawn=False)
