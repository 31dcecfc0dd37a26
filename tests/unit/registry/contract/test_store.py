"""What every place a registry can lie in has to guarantee."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from certify.errors import CertifyError, RegistryError
from certify.evidence.certificate import State
from certify.evidence.merkle import tree_root, verify_consistency
from certify.trust.bundle import parse_bundle
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.log_entry import entry_of
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Appended, Registry
from certify_registry.store.tables import Row
from tests.fakes import logged_statements as made
from tests.unit.registry.contract.conftest import ORIGIN, Place

Signers = dict[str, KeySigner]


def proved(registry: Registry, bundle: bytes, appended: Appended) -> int:
    """The size of the log under which an entry is proved."""
    leaf = entry_of(parse_bundle(bundle)).to_bytes()
    proof = verify_tlog_proof(appended.proof, leaf, registry.vkey)
    assert (proof.index, proof.origin) == (appended.index, ORIGIN)
    return proof.size


def code_of(answer: object) -> str:
    assert isinstance(answer, CertifyError)
    return answer.code


def test_a_batch_is_judged_in_its_order_and_nobody_fails_for_another(registry: Registry, signers: Signers) -> None:
    evaluator, issuer, stranger = signers["evaluator"], signers["issuer"], generate_signer()
    plan = made.plan(evaluator)
    batch = [
        made.evaluation(evaluator, made.payload_of(plan)),  # its plan comes later
        plan,
        made.evaluation(evaluator, made.payload_of(plan)),
        made.evaluation(evaluator, made.payload_of(plan), seed="better"),
        b"garbage",
        made.note(1, stranger),
        made.certificate(issuer),
        made.certificate(issuer, issuer="Somebody else"),
        made.rendering(issuer),
        made.note(2, evaluator),
        made.note(2, evaluator),
        made.status(signers["revoker"], State.SUSPENDED),
        made.status(evaluator, State.REVOKED),
    ]
    answers = registry.append_many(batch, now=made.NOW)
    refused = {place: code_of(answer) for place, answer in enumerate(answers) if isinstance(answer, CertifyError)}
    expected = {0: "CERT-E079", 3: "CERT-E077", 4: "CERT-E046", 5: "CERT-E074", 7: "CERT-E077", 12: "CERT-E074"}
    assert refused == expected
    taken = [(place, answer) for place, answer in enumerate(answers) if isinstance(answer, Appended)]
    assert [answer.index for _, answer in taken] == [0, 1, 2, 3, 4, 4, 5]
    assert [place for place, answer in taken if answer.duplicate] == [10]
    assert {proved(registry, batch[place], answer) for place, answer in taken} == {6}
    assert registry.fsck(made.NOW) == ()
    again = registry.append_many(batch, now=made.NOW)
    assert isinstance(again[0], Appended)
    assert again[0].duplicate, "by now its plan is there, and so is it"
    assert {code_of(again[place]) for place in (3, 7)} == {"CERT-E077"}
    assert registry.size == 6


def test_batches_across_tiles_prove_each_other(registry: Registry, signers: Signers) -> None:
    key, heads = parse_vkey(registry.vkey), []
    bundles = [made.note(number, signers["evaluator"]) for number in range(600)]
    for start, end in ((0, 1), (1, 255), (255, 258), (258, 600)):
        answers = registry.append_many(bundles[start:end], now=made.NOW)
        for offset in {0, (end - start) // 2, end - start - 1}:
            answer = answers[offset]
            assert isinstance(answer, Appended)
            assert proved(registry, bundles[start + offset], answer) == end
        heads.append(verify_checkpoint(registry.checkpoint(), key))
    newest = heads[-1]
    assert newest.root == tree_root([row.leaf_hash for row in registry.entries(0, 600)])
    for old in heads:
        path = registry.consistency(old.size)
        assert verify_consistency(old.size, newest.size, old.root, newest.root, path)
    verify_tlog_proof(registry.proof(256), entry_of(parse_bundle(bundles[256])).to_bytes(), registry.vkey)
    assert registry.fsck(made.NOW) == ()


def test_what_was_written_is_found_by_whoever_opens_it_next(place: Place, signers: Signers) -> None:
    with place.create(signers) as registry:
        registry.append_many([made.certificate(signers["issuer"]), made.note(1, signers["evaluator"])], now=made.NOW)
        blob, checkpoint = registry.put_blob(b"a PDF"), registry.checkpoint()
    for key in (True, False):
        with place.open(key=key) as registry:
            assert (registry.origin, registry.size, registry.checkpoint()) == (ORIGIN, 2, checkpoint)
            assert registry.get_blob(blob) == b"a PDF"
            assert registry.certificate(made.serial()) is not None
            assert registry.fsck(made.NOW) == ()
    with place.open(key=False) as registry, pytest.raises(RegistryError) as caught:
        registry.append(made.note(2, signers["evaluator"]), now=made.NOW)
    assert caught.value.code == "CERT-E079"
    with pytest.raises(RegistryError) as caught:
        place.create()
    assert caught.value.code == "CERT-E079"


def test_a_place_without_a_registry(place: Place) -> None:
    for key in (True, False):
        with pytest.raises(RegistryError) as caught:
            place.open(key=key)
        assert caught.value.code == "CERT-E079"


def test_no_row_is_changed_or_removed_and_none_is_skipped(registry: Registry, signers: Signers) -> None:
    registry.append_many([made.note(number, signers["evaluator"]) for number in range(260)], now=made.NOW)
    copied = (
        "INSERT INTO entries SELECT {0}, substr(leaf, 1, 32), leaf, predicate_type, payload_sha256, subject, keyid, "
    )
    copied += "bundle_sha256, appended_at, guard FROM entries WHERE log_index = 3"
    head = "INSERT INTO heads SELECT {0}, root, frontier, checkpoint, {1} FROM heads WHERE number = 1"
    attempts = [f"DELETE FROM {table}" for table in Row.metadata.tables if table != "alembic_version"]
    attempts += ["UPDATE entries SET keyid = keyid", "UPDATE heads SET number = number"]
    attempts += [copied.format(261), copied.format(259), head.format(259, 2), head.format(261, 3)]
    for attempt in attempts:
        with pytest.raises(Exception, match=r"append-only|permission denied|UNIQUE|unique"):
            _run(registry, attempt)
    assert registry.fsck(made.NOW) == ()


def _run(registry: Registry, statement: str) -> None:
    with registry.database.write() as connection:
        if statement.startswith("DELETE") and connection.dialect.name == "sqlite":
            table = statement.rpartition(" ")[2]
            if connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0:
                raise RuntimeError("append-only: there is nothing to remove")
        connection.execute(text(statement))


def test_a_transaction_that_fails_leaves_nothing(registry: Registry, signers: Signers) -> None:
    before = registry.checkpoint()

    class Stopped(Exception):
        pass

    def abandoned() -> None:
        with registry.database.write() as connection:
            registry._log.batch(connection).seal()
            connection.execute(text("INSERT INTO nodes (level, position, hash) SELECT 9, 9, root FROM heads"))
            raise Stopped

    with pytest.raises(Stopped):
        abandoned()
    assert registry.checkpoint() == before
    assert registry.append(made.note(1, signers["evaluator"]), now=made.NOW).index == 0
    assert registry.fsck(made.NOW) == ()


def test_one_writes_and_the_others_wait_or_are_told(place: Place, signers: Signers) -> None:
    note = made.note(1, signers["evaluator"])
    with place.create(signers) as first, place.open() as second:
        with first.database.write():
            with pytest.raises(RegistryError) as caught:
                second.append(note, now=made.NOW)
            assert second.size == 0, "readers are not kept waiting"
        assert caught.value.code == "CERT-E071"
        assert second.append(note, now=made.NOW).index == 0
        assert first.append(note, now=made.NOW).duplicate


def test_a_reader_sees_one_state(registry: Registry, signers: Signers) -> None:
    bundles = [made.note(number, signers["evaluator"]) for number in range(40)]
    stop = threading.Event()

    def look() -> int:
        looked = 0
        while not stop.is_set() or not looked:
            with registry.database.read() as connection:
                size = connection.execute(text("SELECT max(size) FROM heads")).scalar()
                assert connection.execute(text("SELECT count(*) FROM entries")).scalar() == size
            looked += 1
        return looked

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for start in range(0, 40, 4):
            registry.append_many(bundles[start : start + 4], now=made.NOW)
        stop.set()
        assert looking.result()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE entries SET appended_at = '2020-01-01T00:00:00Z' WHERE log_index = 1", "entries"),
        ("UPDATE entries SET keyid = subject WHERE log_index = 1", "entries"),
        ("DELETE FROM entries WHERE log_index = 2", "tree"),
        ("DELETE FROM entries WHERE log_index = 1", "entries"),
        ("UPDATE heads SET root = (SELECT root FROM heads WHERE size = 0) WHERE size = 1", "tree"),
        ("DELETE FROM heads WHERE size = 1", "tree"),
        ("DELETE FROM heads WHERE size = 0", "tree"),
        ("UPDATE heads SET number = 9 WHERE size = 1", "tree"),
        ("UPDATE certificates SET model_identity = payload_sha256", "index"),
        ("DELETE FROM statuses", "index"),
        ("DELETE FROM terms", "index"),
        ("UPDATE keys SET party = 'Mallory' WHERE seq = 0", "keys"),
    ],
)
def test_an_administrators_changes_are_found(place: Place, signers: Signers, statement: str, part: str) -> None:
    with place.create(signers) as registry:
        registry.append(made.certificate(signers["issuer"]), now=made.NOW)
        more = [made.status(signers["revoker"], State.SUSPENDED), made.note(1, signers["evaluator"])]
        registry.append_many(more, now=made.NOW)
    place.tamper(statement)
    with place.open(key=False) as registry:
        assert part in {finding.part for finding in registry.fsck(made.NOW)}


def test_changed_and_missing_objects_are_found(registry: Registry, signers: Signers) -> None:
    registry.append_many([made.note(number, signers["evaluator"]) for number in range(3)], now=made.NOW)
    objects = registry._log.objects
    for name in [*objects.names("tile"), *objects.names("blobs"), "checkpoint", "lock"]:
        data = objects.get(name, 2**20)
        for changed in (data[:-1], data[:-2] + bytes([data[-2] ^ 1]) + data[-1:], data + b"x"):
            objects.put_many({name: changed})
            assert registry.fsck(made.NOW) != (), name
        objects.put_many({name: data})
    objects.put_many({"tile/7/000": b"x", "blobs/sha256/aa/note": b"y"})
    assert {finding.where for finding in registry.fsck(made.NOW)} == {"tile/7/000", "blobs/sha256/aa/note"}
    objects.remove("tile/7")
    objects.remove("blobs/sha256/aa")
    assert registry.fsck(made.NOW) == () or kept_elsewhere(registry)


def kept_elsewhere(registry: Registry) -> bool:
    """Removing ``aa`` may have taken a statement with it, whose digest begins so."""
    return {finding.part for finding in registry.fsck(made.NOW)} == {"entries"}


def test_an_object_is_swapped_only_by_whoever_saw_it_last(registry: Registry) -> None:
    objects = registry._log.objects
    assert not objects.swap("a", b"nothing", b"x")
    assert objects.swap("a", None, b"first")
    assert not objects.swap("a", None, b"x")
    assert not objects.swap("a", b"other", b"x")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: objects.swap("a", b"first", b"second %d" % number), range(8)))
    assert done.count(True) == 1
    assert objects.get("a", 100) == b"second %d" % done.index(True)


def test_objects_are_whole_named_and_bounded(registry: Registry) -> None:
    objects = registry._log.objects
    many = {f"some/{number:02}/{number}": bytes([number]) * number for number in range(40)}
    objects.put_many(many)
    assert list(objects.names("some")) == sorted(many)
    assert {name: objects.get(name, 100) for name in many} == many
    assert len(objects.get("some/39/39", 10)) == 11
    assert (objects.size_of("some/39/39"), objects.size_of("some/none")) == (39, None)
    with pytest.raises(FileNotFoundError):
        objects.get("some/none", 1)
    objects.remove("some")
    assert list(objects.names("some")) == []


def test_a_copy_of_the_database_cannot_fork_the_log(kind: str, place: Place, signers: Signers, home: Path) -> None:
    """Two databases that both believe to be the log, as after a failed switch to a replica, share one lock."""
    first = Place(place.address, place.objects, place.objects or home / "lock", place.cluster)
    if kind == "folder":
        first.lock = home / "shared" / "lock"
    with first.create(signers) as registry:
        registry.append(made.note(1, signers["evaluator"]), now=made.NOW)
    copy = copied(first, home)
    with first.open() as registry, copy.open() as twin:
        registry.append(made.note(2, signers["evaluator"]), now=made.NOW)
        with pytest.raises(RegistryError) as caught:
            twin.append(made.note(3, signers["evaluator"]), now=made.NOW)
        assert caught.value.code == "CERT-E072"
        assert twin.size == 1, "nothing was signed that would have to be taken back"
    with pytest.raises(RegistryError) as caught:
        copy.open()
    assert caught.value.code == "CERT-E072"


def copied(place: Place, home: Path) -> Place:
    if place.cluster is None:
        shutil.copytree(place.address, home / "twin")
        return Place(str(home / "twin"), lock=place.lock)
    place.cluster.sql(f"CREATE DATABASE {place.database}_twin OWNER certify TEMPLATE {place.database}")
    from obstore.store import MemoryStore

    from certify_registry.store.remote import RemoteObjects

    objects = RemoteObjects(MemoryStore(), "memory of the twin")
    for under in ("tile", "blobs"):
        assert place.objects is not None
        objects.put_many({name: place.objects.get(name, 2**20) for name in place.objects.names(under)})
    address = place.address.replace(f"/{place.database}?", f"/{place.database}_twin?")
    return Place(address, objects, place.lock, place.cluster)
