"""``certify trust make``: a trust file out of public keys, or the next version of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit_json, next_step
from certify.cli.trust.changes import print_changes
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.pipeline.trusting import KeyGrant
    from certify.trust.trustfile import TrustFile


def make(
    destination: Annotated[Path, typer.Argument(help="File to write.")],
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    key: Annotated[
        list[str] | None, typer.Option(metavar="ROLE=PARTY=FILE.pub", help="Who may sign in a role; repeat.")
    ] = None,
    log: Annotated[
        str | None, typer.Option(metavar="VKEY", help="The log's public key, one line (`certify registry show`).")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Such as 2027-11-23T00:00:00Z.")] = None,
    seed_witness: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE.pub", help="Repeat for several.")] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(metavar="ROLE=N", help="How many keys of a role must sign; repeat.")
    ] = None,
    term: Annotated[
        list[str] | None, typer.Option(metavar="KEYID=FROM..UNTIL", help="Log entries for which a key counts; repeat.")
    ] = None,
    timestamp_root: Annotated[
        list[str] | None, typer.Option(metavar="NAME=FILE.pem", help="Authority whose timestamps count; repeat.")
    ] = None,
    require_timestamps: Annotated[
        bool, typer.Option("--require-timestamps", help="Readers insist on timestamps.")
    ] = False,
    optional_timestamps: Annotated[
        bool, typer.Option("--optional-timestamps", help="With --from: readers no longer insist.")
    ] = False,
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY|FILE", help="A witness's public key, one line, or a file of its keys; repeat."),
    ] = None,
    quorum: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="How many witnesses must have cosigned the log.")
    ] = None,
    witness_policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Witnesses in groups (c2sp.org/tlog-policy), in their place.")
    ] = None,
    version: Annotated[int, typer.Option(min=1, help="Grows with every change.")] = 1,
    old: Annotated[
        Path | None, typer.Option("--from", metavar="OLD", help="Draw up the next version of this file instead.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="KEYID", help="With --from: a key to take out, with all it signed.")
    ] = None,
    json: Json = False,
) -> int:
    """Make a production trust file; with keys in the role root it is a draft for them to sign."""
    from certify.files import write_whole
    from certify.pipeline.timestamp_setup import parse_root
    from certify.pipeline.trusting import KeyGrant, KeyTerm, StampRules, WitnessRules, make_trust_file, next_trust_file
    from certify.trust.signed_trust import load_trust_document

    grants = [KeyGrant.parse(text) for text in key or ()]
    witnesses = [KeyGrant.parse(f"witness={text}") for text in seed_witness or ()]
    thresholds = dict(_threshold(text) for text in threshold or ())
    terms = [KeyTerm.parse(text) for text in term or ()]
    if require_timestamps and optional_timestamps:
        raise UsageError("CERT-E011", "timestamps cannot be both required and optional", hint="give one of the two")
    required = True if require_timestamps else False if optional_timestamps else None
    stamps = StampRules([parse_root(text) for text in timestamp_root or ()], required)
    seen_by = WitnessRules(_vkeys(witness or []), quorum, None if witness_policy is None else _text(witness_policy))
    before = None if old is None else load_trust_document(old).trust
    if before is not None:
        trust = next_trust_file(
            before,
            expires=expires,
            grants=grants,
            remove=remove or (),
            witnesses=witnesses,
            thresholds=thresholds,
            terms=terms,
            stamps=stamps,
            log_witnesses=seen_by,
        )
    else:
        trust = make_trust_file(
            _needed("--name", name), version=version, expires=_needed("--expires", expires),
            log_vkey=_needed("--log", log), grants=_some(grants), witnesses=witnesses,
            thresholds=thresholds, terms=terms, stamps=stamps, log_witnesses=seen_by,
        )  # fmt: skip
    write_whole(destination, trust.to_bytes())
    _tell(destination, before, trust, json)
    return int(ExitCode.POSITIVE)


def _tell(destination: Path, old: TrustFile | None, trust: TrustFile, json: bool) -> None:
    if json:
        emit_json("trust", {"file": str(destination), "fingerprint": trust.fingerprint})
        return
    print_changes(old, trust) if old else print_trust(trust)
    if trust.keys_for("root"):
        next_step(f"certify trust sign {destination} --key ROOT-KEY --out FILE.jsonl", "each root keyholder in turn")
    else:
        next_step(f"certify verify CERT --trust {destination}")


def _vkeys(named: list[str]) -> list[str]:
    """Keys as given, or the lines of a file; a key has plus signs in it."""
    lines = [[one] if one.count("+") >= 2 else _text(Path(one)).split("\n") for one in named]
    return [line for some in lines for line in some if line]


def _text(path: Path) -> str:
    from certify.files import read_file
    from certify.trust.tlog_policy import MAX_POLICY

    return read_file(path, max_bytes=MAX_POLICY).decode("utf-8", "surrogateescape")


def _threshold(text: str) -> tuple[str, int]:
    role, _, number = text.partition("=")
    if not role or not number.isdecimal() or not 1 <= int(number) <= 99:
        raise UsageError("CERT-E011", f"{text!r} is not of the form ROLE=N", hint="such as --threshold root=2")
    return role, int(number)


def _needed(option: str, value: str | None) -> str:
    if not value:
        raise UsageError("CERT-E011", f"a new trust file needs {option}", hint="or name the former one with --from OLD")
    return value


def _some(grants: list[KeyGrant]) -> list[KeyGrant]:
    _needed("--key ROLE=PARTY=FILE.pub", "there" if grants else None)
    return grants
