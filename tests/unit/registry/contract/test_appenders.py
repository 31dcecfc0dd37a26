"""Many clients at once: everybody gets the answer to what they sent, and nobody is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from certify.errors import CertifyError, RegistryError, UsageError
from certify.trust.bundle import parse_bundle
from certify.trust.keys import KeySigner
from certify.trust.log_entry import entry_of
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Appended, Registry, inbox
from certify_registry.appending import Appender
from certify_registry.grouping import GroupAppender
from certify_registry.inbox import InboxAppender
from tests.fakes import logged_statements as made
from tests.unit.registry.contract.conftest import Place

Signers = dict[str, KeySigner]
Start = Callable[..., Appender]


@pytest.fixture
def start(kind: str, registry: Registry) -> Start:
    """Starts the appender of the place, which a test closes."""
    appender = GroupAppender if kind == "folder" else InboxAppender
    return lambda **how: appender(registry, lambda: made.NOW, **how)


def answer_of(appender: Appender, bundle: bytes) -> Appended | CertifyError:
    try:
        return appender.submit(bundle).result(timeout=60)
    except CertifyError as error:
        return error


def test_everybody_gets_their_own_answer(registry: Registry, signers: Signers, start: Start) -> None:
    notes = [made.note(number, signers["evaluator"]) for number in range(60)]
    garbage = [b"garbage", made.note(1, signers["revoker"]), made.rendering(signers["issuer"])]
    appender = start(batch=16)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda bundle: answer_of(appender, bundle), [*notes, *notes[:20], *garbage]))
    appender.close()
    for bundle, answer in zip([*notes, *notes[:20]], answers, strict=False):
        assert isinstance(answer, Appended)
        proof = verify_tlog_proof(answer.proof, entry_of(parse_bundle(bundle)).to_bytes(), registry.vkey)
        assert proof.index == answer.index
    codes = [answer.code for answer in answers[80:] if isinstance(answer, CertifyError)]
    assert codes == ["CERT-E046", "CERT-E079"], (
        "a note is taken from any enrolled key, a rendering needs its certificate"
    )
    assert registry.size == 61
    assert sum(answer.duplicate for answer in answers if isinstance(answer, Appended)) == 20
    assert registry.fsck(made.NOW) == ()
    with registry.database.read() as connection:
        heads = connection.exec_driver_sql("SELECT count(*) FROM heads").scalar_one()
    assert 1 < heads < 60, "statements that wait together are committed together"


def test_too_many_are_sent_away_and_nobody_who_was_let_in_is_lost(
    registry: Registry, signers: Signers, start: Start
) -> None:
    appender, gate = start(outstanding=5), threading.Event()
    genuine = registry.append_checked

    def slowly(*arguments: object, **how: object) -> object:
        gate.wait(30)
        return genuine(*arguments, **how)  # type: ignore[arg-type]

    registry.append_checked = slowly  # type: ignore[assignment]
    taken = [appender.submit(made.note(number, signers["evaluator"])) for number in range(5)]
    with pytest.raises(RegistryError) as caught:
        appender.submit(made.note(9, signers["evaluator"]))
    assert caught.value.code == "CERT-E071"
    gate.set()
    assert sorted(future.result(timeout=60).index for future in taken) == list(range(5))
    assert appender.submit(made.note(9, signers["evaluator"])).result(timeout=60).index == 5
    appender.close()
    with pytest.raises(RegistryError):
        appender.submit(made.note(10, signers["evaluator"]))


def test_what_goes_wrong_with_one_does_not_go_wrong_with_its_neighbours(
    registry: Registry, signers: Signers, start: Start
) -> None:
    """A statement that the database itself refuses, for whatever reason, is tried alone."""
    genuine, poisoned = registry._log.batch, made.payload_of(made.note(3, signers["evaluator"]))

    def batch(connection: object) -> object:
        found = genuine(connection)  # type: ignore[arg-type]
        add = found.add

        def refusing(submission: object, *rest: object) -> int:
            if submission.bundle.payload_sha256 == poisoned:  # type: ignore[attr-defined]
                raise ValueError("no")
            return add(submission, *rest)  # type: ignore[arg-type]

        found.add = refusing  # type: ignore[method-assign, assignment]
        return found

    registry._log.batch = batch  # type: ignore[method-assign, assignment]
    appender = start()
    futures = [appender.submit(made.note(number, signers["evaluator"])) for number in range(6)]
    wrong = [number for number, future in enumerate(futures) if future.exception(timeout=60)]
    appender.close()
    assert wrong == [3]
    assert registry.size == 5
    assert registry.fsck(made.NOW) == ()


def test_checks_in_another_process_come_to_the_same(registry: Registry, signers: Signers) -> None:
    from certify_registry.checking import Checkers

    bundles = [made.note(number, signers["evaluator"]) for number in range(34)] + [
        b"x",
        made.note(1, signers["issuer"]),
    ]
    checkers = Checkers(1)
    try:
        there = registry.check(bundles, checkers)
    finally:
        checkers.close()
    here = registry.check(bundles)
    assert [type(one) for one in there] == [type(one) for one in here]
    answers = registry.append_checked(there, now=made.NOW)
    assert [isinstance(one, Appended) for one in answers] == [True] * 34 + [False, True]


def test_the_inbox_needs_postgresql(kind: str, registry: Registry) -> None:
    if kind == "folder":
        with pytest.raises(UsageError):
            InboxAppender(registry, lambda: made.NOW)
    else:
        InboxAppender(registry, lambda: made.NOW, lead=False).close()


def test_one_of_several_servers_leads(kind: str, place: Place, registry: Registry, signers: Signers) -> None:
    if kind == "folder":
        pytest.skip("one process sequences a log in a folder")
    with place.open() as second:
        follower = InboxAppender(second, lambda: made.NOW, lead=False)
        waiting = follower.submit(made.note(1, signers["evaluator"]))
        leader = InboxAppender(registry, lambda: made.NOW)
        assert waiting.result(timeout=60).index == 0
        again = leader.submit(made.note(1, signers["evaluator"])).result(timeout=60)
        assert (again.index, again.duplicate) == (0, True)
        follower.close()
        leader.close()


def test_what_nobody_foresaw_is_told_to_its_client_and_does_not_stop_the_thread_that_posts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unforeseen(_: bytes) -> object:
        raise ValueError("a defect")

    monkeypatch.setattr(inbox, "read_submission", unforeseen)
    future: Future[Appended] = Future()
    assert not inbox._is_sound(b"{}", future)
    with pytest.raises(ValueError, match="a defect"):
        future.result(timeout=0)
