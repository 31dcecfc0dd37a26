"""Statements to reviewers elsewhere and their answers back; a parcel is read as if a stranger had sent it."""

import io
import json
import os
import stat
import zipfile

import pytest

from certify.errors import CertifyError, ExitCode, UsageError
from certify.evidence.approval import ApprovalVerdict
from certify.evidence.plan import EntropyKind
from certify.pipeline.approving import sign_approval
from certify.pipeline.case import read_case
from certify.pipeline.handoff import parcel_for, write_parcel
from certify.pipeline.main import outcome_of, run_model, start_run
from certify.pipeline.parcel import MAX_FILES, read_parcel
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.pipeline.returning import take_back
from certify.pipeline.witnessing import answer_plan, sign_plan
from certify.trust.bundle import MAX_BUNDLE
from certify.trust.keys import generate_signer
from tests.fakes.chain import answer_as_witnesses, request_for, waiver_for


@pytest.fixture
def waiting(asked, engine):
    """A run that waits for its approvers."""
    request = request_for(asked)
    folder = start_run(asked.workspace, request, Silent(), upto=Stage.PLAN)
    answer_as_witnesses(asked, folder)
    run_model(asked.workspace, request, Silent())
    return request, folder


def answer(house, place, key, verdict="approved"):
    """What an approver signs who has nothing but the folder that was sent and a trust file of their own."""
    case = read_case(place / "decision.bundle.json", place.name, house.trust)
    return sign_approval(case, key, house.trust, verdict=ApprovalVerdict(verdict)).to_bytes()


def zipped(*entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize("form", ["sent.zip", "sent"])
def test_there_and_back(form, asked, waiting, tmp_path):
    request, folder = waiting
    write_parcel(parcel_for(asked.workspace, folder, "approver"), tmp_path / form)
    parts = dict(read_parcel(tmp_path / form))
    place = tmp_path / "unpacked"
    place.mkdir()
    for name, data in parts.items():
        (place / name).write_bytes(data)
    for number, key in enumerate(asked.approvers[:2]):
        (place / f"answer-{number}.json").write_bytes(answer(asked, place, key))
    taken, passed = take_back(asked.workspace, read_parcel(place))
    assert [one.kind for one in taken] == ["approval", "approval"]
    assert {one.by for one in taken} == {"Ausschuss A", "Ausschuss B"}
    assert passed == []
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"


def test_what_is_sent_is_statements_and_nothing_else(asked, waiting):
    _, folder = waiting
    files = parcel_for(asked.workspace, folder, "approver")
    assert sorted(files) == [
        "README.md",
        "contamination.bundle.json",
        "dataset.bundle.json",
        "decision.bundle.json",
        "declaration.bundle.json",
        "evaluation.bundle.json",
        "handoff.json",
        "plan.bundle.json",
        "policy.json",
        "waivers.jsonl",
    ]
    together = b"".join(files.values())
    assert b"PRIVATE KEY" not in together
    assert asked.trust.short_fingerprint in files["README.md"].decode()
    assert json.loads(files["handoff.json"])["trustFingerprint"] == asked.trust.fingerprint
    assert sorted(parcel_for(asked.workspace, folder, "steward")) == [
        "README.md",
        "contamination.bundle.json",
        "dataset.bundle.json",
        "declaration.bundle.json",
        "handoff.json",
        "plan.bundle.json",
    ]


def test_the_same_run_makes_the_same_archive(asked, waiting, tmp_path):
    _, folder = waiting
    for name in ("a.zip", "b.zip"):
        write_parcel(parcel_for(asked.workspace, folder, "approver"), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with pytest.raises(CertifyError) as caught:
        write_parcel({}, tmp_path / "a.zip")
    assert caught.value.code == "CERT-E011"


def test_seed_witnesses_are_reached_the_same_way(asked, engine, tmp_path):
    request = request_for(asked)
    folder = start_run(asked.workspace, request, Silent(), upto=Stage.PLAN)
    with pytest.raises(CertifyError) as caught:
        parcel_for(asked.workspace, folder, "approver")
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E108", ExitCode.INCOMPLETE)
    files = parcel_for(asked.workspace, folder, "witness")
    for number, key in enumerate(asked.witnesses):
        said = answer_plan(files["plan.bundle.json"], files["plan.proof"].decode(), key, asked.trust)
        (tmp_path / f"{number}.json").write_text(json.dumps(said.document(), indent=2))
        taken, _ = take_back(asked.workspace, read_parcel(tmp_path / f"{number}.json"))
        assert [one.kind for one in taken] == ["witness answer"]
    run_model(asked.workspace, request, Silent())
    assert outcome_of(folder).verdict == "awaiting_approval"


def test_nobody_is_sent_what_asks_them_nothing(asked, engine):
    request = request_for(asked).model_copy(update={"data": (), "complete": False, "entropy": EntropyKind.SELF})
    folder = start_run(asked.workspace, request, Silent(), upto=Stage.DECIDE)
    for reviewer, reason in (("approver", "nothing to approve"), ("witness", "asks no seed witness")):
        with pytest.raises(UsageError, match=reason) as caught:
            parcel_for(asked.workspace, folder, reviewer)
        assert caught.value.code == "CERT-E108"


def test_a_waiver_comes_back_into_the_workspace(asked, tmp_path):
    waiver = waiver_for(asked, request_for(asked))
    (tmp_path / "waiver.json").write_bytes(waiver.to_bytes())
    ((taken,), _) = take_back(asked.workspace, read_parcel(tmp_path / "waiver.json"))
    assert taken.path.parent == asked.workspace.home / "waivers"
    assert taken.path.read_bytes() == waiver.to_bytes()


def test_one_bad_answer_keeps_all_out(asked, waiting, tmp_path):
    _, folder = waiting
    place = folder.path
    good = answer(asked, place, asked.approvers[0])
    changed = json.loads(answer(asked, place, asked.approvers[1]))
    signature = changed["dsseEnvelope"]["signatures"][0]
    signature["sig"] = json.loads(good)["dsseEnvelope"]["signatures"][0]["sig"]
    with pytest.raises(CertifyError) as caught:
        take_back(asked.workspace, [("good.json", good), ("bad.json", json.dumps(changed).encode())])
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E109", ExitCode.NEGATIVE)
    assert "bad.json" in caught.value.what
    assert not folder.file("approvals").exists()


@pytest.mark.usefixtures("waiting")
def test_answers_of_strangers_and_to_strangers(asked):
    stranger = generate_signer("ed25519")
    plan = "ab" * 32
    for said in (sign_plan(plan, stranger), sign_plan(plan, asked.witnesses[0])):
        with pytest.raises(CertifyError) as caught:
            take_back(asked.workspace, [("answer.json", said.to_bytes())])
        assert caught.value.code == "CERT-E109"


def test_other_files_are_passed_over(asked, waiting):
    _, folder = waiting
    others = [
        ("notes.txt", b"looks fine"),
        ("x.json", b"{}"),
        ("d/plan.json", folder.file("plan.bundle.json").read_bytes()),
    ]
    assert take_back(asked.workspace, others) == ([], ["notes.txt", "x.json", "d/plan.json"])


HOSTILE_NAMES = ["../../trust.json", "/etc/passwd", "a/../../b.json", "..\\..\\b.json", "C:evil.json"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_an_archive_whose_names_lead_out(name, tmp_path):
    (tmp_path / "in.zip").write_bytes(zipped((name, b"{}")))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "in.zip")
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E109", ExitCode.NEGATIVE)
    assert sorted(tmp_path.rglob("*")) == before


def _link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("answer.json")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def _encrypted() -> bytes:
    data = bytearray(zipped(("answer.json", b"{}")))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def _lying_about_its_size() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answer.json", b" " * (MAX_BUNDLE + 1))
    data = packed.getvalue()
    size = (MAX_BUNDLE + 1).to_bytes(4, "little")
    return data.replace(size, (2).to_bytes(4, "little"))


ARCHIVES = {
    "a link": lambda: zipped((_link(), b"/etc/passwd")),
    "encrypted": _encrypted,
    "too large": lambda: zipped(("answer.json", b" " * (MAX_BUNDLE + 1))),
    "larger than it says": _lying_about_its_size,
    "too many files": lambda: zipped(*((f"{number}.json", b"{}") for number in range(MAX_FILES + 1))),
    "cut off": lambda: zipped(("answer.json", b"{}"))[:-10],
    "not an archive after all": lambda: b"PK\x03\x04 and nothing more",
}


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=list(ARCHIVES))
def test_hostile_archives(make, tmp_path):
    (tmp_path / "in.zip").write_bytes(make())
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "in.zip")
    assert caught.value.code == "CERT-E109"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name(tmp_path):
    (tmp_path / "in.zip").write_bytes(zipped(("answer.json", b"{}"), ("answer.json", b"[]")))
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "in.zip")
    assert caught.value.code == "CERT-E109"


def test_a_folder_with_a_link_or_a_pipe(tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    for name, make in (
        ("link", lambda place: (place / "answer.json").symlink_to(tmp_path / "secret.json")),
        ("folder", lambda place: (place / "inner").symlink_to(tmp_path)),
        ("pipe", lambda place: os.mkfifo(place / "answer.json")),
    ):
        place = tmp_path / name
        place.mkdir()
        make(place)
        with pytest.raises(CertifyError) as caught:
            read_parcel(place)
        assert caught.value.code == "CERT-E109"
    (tmp_path / "straight").symlink_to(tmp_path / "secret.json")
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "straight")
    assert caught.value.code == "CERT-E109"


def test_a_parcel_that_is_not_there(tmp_path):
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "nothing.zip")
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E012", ExitCode.USAGE)


def test_an_archive_packed_in_another_way_is_refused(tmp_path):
    for kind in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with zipfile.ZipFile(tmp_path / "odd.zip", "w", kind) as archive:
            archive.writestr("a.json", b"{}" * 1000)
        with pytest.raises(CertifyError) as caught:
            read_parcel(tmp_path / "odd.zip")
        assert caught.value.code == "CERT-E109"


def test_a_table_of_very_many_files_is_not_read(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(MAX_FILES + 1):
            archive.writestr(f"{number}", b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(CertifyError) as caught:
        read_parcel(tmp_path / "many.zip")
    assert caught.value.code == "CERT-E109"
