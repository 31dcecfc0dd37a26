"""What a workspace says of the waivers it keeps, before anything is decided."""

from __future__ import annotations

import pytest

from certify.decide import read_policy
from certify.pipeline.clock import later, now
from certify.pipeline.waiver_list import standing_waivers
from certify.pipeline.waiving import FOLDER, keep_waiver
from tests.fakes.chain import House, production_house, request_for, waived_and_approved, waiver_for


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return production_house(tmp_path_factory.mktemp("waivers"), threshold=1)


def test_unused_expired_foreign_and_forged_waivers_are_told(house: House) -> None:
    request = request_for(house)
    policy, home = read_policy(request.policy), house.workspace.home
    assert list(standing_waivers(house.workspace, policy, now())) == []
    kept = keep_waiver(house.workspace, waiver_for(house, request))
    (one,) = standing_waivers(house.workspace, policy, now())
    assert (one.file, one.fault, one.used_by) == (kept.name, "unused", ())
    assert one.waiver is not None
    assert one.waiver.rule == "ST-07"
    (one,) = standing_waivers(house.workspace, policy, later(now(), days=31))
    assert (one.fault, "it ended at" in one.words) == ("expired", True)
    (one,) = standing_waivers(house.workspace, read_policy("starter"), now())
    assert one.fault == "foreign"
    (home / FOLDER / "forged.json").write_bytes(kept.read_bytes().replace(b'"sig":"', b'"sig":"AAAA'))
    (home / FOLDER / "broken.json").write_bytes(b"{")
    found = {one.file: one.fault for one in standing_waivers(house.workspace, policy, now())}
    assert found == {kept.name: "unused", "forged.json": "not_believed", "broken.json": "not_believed"}


def test_a_waiver_in_use_names_its_run() -> None:
    chain = waived_and_approved()
    (one,) = standing_waivers(chain.house.workspace, read_policy(chain.request.policy), now())
    assert (one.fault, one.used_by) == ("", (chain.folder.name,))
