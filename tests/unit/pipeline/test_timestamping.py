from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certify.errors import CertifyError, RegistryError, UsageError
from certify.pipeline.timestamp_setup import choose_authority, drop_authority
from certify.pipeline.timestamping import REPLY_TYPE, HttpTimestamper
from certify.pipeline.workspace import Workspace
from certify.trust.timestamps import SKEW, TimestampRoot, verify_timestamp
from certify.trust.tokens import MAX_REPLY
from tests.fakes.chain import KeyringWorkspace, development_house, finish, request_for
from tests.fakes.tsa import PARTY, Authority, authority, serving, stamping, standing_authority

SIGNED = b"a signature"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tsa() -> Authority:
    return standing_authority()


def refusal(call: Callable[[], object]) -> CertifyError:
    """Why nothing was stamped."""
    with pytest.raises(RegistryError) as error:
        call()
    assert error.value.code == "CERT-E132"
    assert int(error.value.exit_code) == 5
    assert "what was done before is kept" in error.value.why
    assert error.value.hint
    return error.value


def test_an_authority_is_asked_over_http(tsa: Authority) -> None:
    seen: list[bytes] = []

    def answer(query: bytes) -> tuple[int, dict[str, str], bytes]:
        seen.append(query)
        return stamping(tsa)(query)

    with serving(answer) as url:
        stamper = HttpTimestamper(url, [tsa.trusted])
        first, second = stamper(SIGNED), stamper(SIGNED)
    assert verify_timestamp(first, SIGNED, [tsa.trusted]).party == PARTY
    assert first != second
    assert seen[0] != seen[1], "each question has a number of its own"


def test_an_answer_to_another_question_is_refused(tsa: Authority) -> None:
    kept: list[bytes] = []

    def answer(query: bytes) -> tuple[int, dict[str, str], bytes]:
        kept.append(query)
        return stamping(tsa)(kept[0])

    with serving(answer) as url:
        stamper = HttpTimestamper(url, [tsa.trusted])
        stamper(SIGNED)
        assert "another question" in refusal(lambda: stamper(SIGNED)).what
        assert "other bytes" in refusal(lambda: stamper(b"more")).what


def test_an_answer_that_readers_would_not_believe_is_not_kept(tsa: Authority) -> None:
    with serving(stamping(authority())) as url:
        assert (
            "no timestamp authority of the trust file"
            in refusal(lambda: HttpTimestamper(url, [tsa.trusted])(SIGNED)).what
        )
    wrong = datetime.now(UTC) - 2 * SKEW
    late = Authority(tsa.root, tsa.own, clock=lambda: wrong)
    with serving(stamping(late)) as url:
        failure = refusal(lambda: HttpTimestamper(url, [tsa.trusted])(SIGNED))
    assert "this machine says otherwise" in failure.what
    assert failure.hint == "set the clock of this machine"


def test_times_never_run_backwards(tsa: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify.pipeline.timestamping.time.sleep", lambda _seconds: None)
    now = datetime.now(UTC)
    clocks = [now, now - timedelta(seconds=2), now + timedelta(seconds=1), *[now - timedelta(seconds=2)] * 3]
    uneven = Authority(tsa.root, tsa.own, clock=lambda: clocks.pop(0))
    with serving(stamping(uneven)) as url:
        stamper = HttpTimestamper(url, [tsa.trusted])
        times = [verify_timestamp(stamper(SIGNED), SIGNED, [tsa.trusted]).time for _ in range(2)]
        assert times == sorted(times)
        assert "run backwards" in refusal(lambda: stamper(SIGNED)).what


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, {}, b""), "status 500"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "status 302"),
        ((301, {"Location": "http://127.0.0.1:9/elsewhere"}, b""), "status 301"),
        ((204, {"Content-Type": REPLY_TYPE}, b""), "status 204"),
        ((200, {"Content-Type": "text/html"}, b"<p>log in first"), "text/html"),
        ((200, {"Content-Type": REPLY_TYPE}, b""), "not an answer of a timestamp authority"),
        ((200, {"Content-Type": REPLY_TYPE}, b"0" * 100), "not an answer of a timestamp authority"),
        ((200, {"Content-Type": REPLY_TYPE}, bytes(MAX_REPLY + 1)), "answers without end"),
    ],
)
def test_another_answer_than_a_timestamp_is_refused(
    tsa: Authority, answer: tuple[int, dict[str, str], bytes], told: str
) -> None:
    with serving(lambda _query: answer) as url:
        assert told in refusal(lambda: HttpTimestamper(url, [tsa.trusted])(SIGNED)).what


def test_an_authority_that_is_down_is_said_to_be(tsa: Authority) -> None:
    with serving(stamping(tsa)) as url:
        pass
    what = refusal(lambda: HttpTimestamper(url, [tsa.trusted])(SIGNED)).what
    assert what.endswith("cannot be reached: Connection refused")


def test_an_authority_that_drips_is_given_up(tsa: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {REPLY_TYPE}\r\n\r\n".encode())
                try:
                    for _ in range(40):
                        connection.sendall(b"0")
                        threading.Event().wait(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        stamper = HttpTimestamper(f"http://127.0.0.1:{server.getsockname()[1]}/", [tsa.trusted], timeout=0.4)
        assert "without end" in refusal(lambda: stamper(SIGNED)).what
    thread.join(timeout=5)


@pytest.mark.parametrize(
    "url",
    ["", "tsa.example", "file:///etc/passwd", "ftp://tsa.example/", "http://", "http://user:word@tsa.example/",
     "http://tsa.example/ x", "http://tsa.example:99999/", "http://tsä.example/", "http://[::1/"],
)  # fmt: skip
def test_an_address_is_http_and_nothing_else(url: str) -> None:
    with pytest.raises(UsageError) as error:
        HttpTimestamper(url, [])
    assert error.value.code == "CERT-E011"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return development_house(tmp_path).workspace.home


def test_choosing_an_authority_tries_it_and_tells_signer_and_readers(home: Path, tsa: Authority) -> None:
    workspace = Workspace.open(home)
    assert workspace.timestamper is None
    with serving(stamping(tsa)) as url:
        trust, tried = choose_authority(workspace, url, tsa.trusted, required=True)
        assert tried.authority == "Test TSA"
        assert (trust.version, trust.timestamps_required, trust.timestamp_roots) == (2, True, (tsa.trusted,))
        again, _ = choose_authority(Workspace.open(home), url, tsa.trusted)
        assert again == trust, "nothing has changed, so the version stays"
        opened = Workspace.open(home)
        assert opened.timestamper is not None
        assert verify_timestamp(opened.timestamper(SIGNED), SIGNED, opened.trust.timestamp_roots or ())
    dropped = drop_authority(Workspace.open(home))
    assert (dropped.version, dropped.timestamps_required, dropped.timestamp_roots) == (3, None, (tsa.trusted,))
    assert Workspace.open(home).timestamper is None


def test_an_authority_that_does_not_answer_is_not_chosen(home: Path, tsa: Authority) -> None:
    before = {name: (home / name).read_bytes() for name in ("trust.json", "workspace.json")}
    with serving(stamping(authority())) as url:
        refusal(lambda: choose_authority(Workspace.open(home), url, tsa.trusted))
    with pytest.raises(UsageError) as error:
        choose_authority(Workspace.open(home), url, TimestampRoot(pem=tsa.own.pem, party="leaf"))
    assert error.value.code == "CERT-E011"
    assert before == {name: (home / name).read_bytes() for name in before}


def test_a_trust_file_that_asks_for_timestamps_needs_somebody_who_gives_them(home: Path, tsa: Authority) -> None:
    with serving(stamping(tsa)) as url:
        choose_authority(Workspace.open(home), url, tsa.trusted, required=True)
    workspace = Workspace.open(home)
    workspace.configuration = workspace.configuration.model_copy(update={"timestamp_url": None})
    with pytest.raises(UsageError) as error:
        _ = workspace.timestamper
    assert error.value.code == "CERT-E011"


def test_a_run_stops_where_the_authority_is_down_and_goes_on_when_it_is_back(tmp_path: Path, tsa: Authority) -> None:
    house = development_house(tmp_path)
    answers = stamping(tsa)
    up = [True]

    def answer(query: bytes) -> tuple[int, dict[str, str], bytes]:
        return answers(query) if up[0] else (503, {}, b"")

    with serving(answer) as url:
        choose_authority(house.workspace, url, tsa.trusted)
        opened = KeyringWorkspace.open(house.workspace.home)
        assert isinstance(opened, KeyringWorkspace)
        opened.keyring = house.signers
        house = type(house)(opened, house.signers, (), tmp_path)
        request = request_for(house)
        up[0] = False
        refusal(lambda: finish(house, request, drawn=False))
        (run,) = house.workspace.runs()
        assert not list(run.path.glob("*.bundle.json")), "nothing was signed without its timestamp"
        up[0] = True
        chain = finish(house, request, drawn=False)
    assert chain.folder.name == run.name
    assert {path.name.partition(".")[0] for path in run.path.glob("*.bundle.json")} == {
        "dataset", "declaration", "plan", "evaluation", "contamination", "decision", "certificate", "rendering",
    }  # fmt: skip
