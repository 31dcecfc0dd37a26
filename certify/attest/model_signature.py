"""OpenSSF model signatures: made for a model folder, and checked against one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certify.attest.certificates import verify_with_roots
from certify.attest.oms_bundle import ModelSignature, read_model_signature, verify_with_key
from certify.errors import HostileInput, TrustError, UsageError
from certify.identify.manifest import Difference, DifferenceKind, differences
from certify.identify.oms import (
    DEFAULT_IGNORED,
    DEFAULT_SHARD,
    MAX_SIGNATURE,
    Binding,
    Method,
    Serialization,
    SignedFile,
    binding_of,
    signed_payload,
)
from certify.identify.oms_files import (
    covered_files,
    digest_files,
    hidden_files,
    ignored_at,
    runtime_files,
    signature_inside,
    steers,
)
from certify.identify.oms_reading import SignedModel, parse_payload
from certify.identify.reading import Progress
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner, public_key_of, scheme_of


@dataclass(frozen=True)
class Signed:
    """A model signature just made."""

    bundle: bytes
    """The file to hand out."""
    root: str
    """The digest that other tools show."""
    binding: Binding
    """The digests that change with a name."""
    files: int
    """How many files are covered."""
    bytes: int
    """Their size together."""
    hidden: dict[str, tuple[str, ...]]
    """Ignored path to the files that are there and not covered."""


@dataclass(frozen=True)
class Checked:
    """What became of a check; the signature itself is genuine, or there would be an error instead."""

    signer: str
    """Key id, or SHA-256 of the certificate."""
    signer_name: str | None
    """What an authority calls the signer; None for a bare key."""
    signed: SignedModel
    """What the signer listed."""
    differences: tuple[Difference, ...]
    """What in the folder is not as it was signed."""
    files: int
    """Files found."""
    bytes: int
    """Their size together."""
    hidden: dict[str, tuple[str, ...]]
    """Ignored path to the files that are there and that nobody signed."""
    found: Binding
    """The digests of what is there."""

    @property
    def holds(self) -> bool:
        """Whether the folder is what was signed."""
        return not self.differences

    @property
    def steering(self) -> tuple[str, ...]:
        """Code, weights and settings that are there and that nobody signed."""
        return tuple(path for files in self.hidden.values() for path in files if steers(path))


def sign_model(
    model: Path,
    signer: StatementSigner,
    *,
    output: Path,
    method: Method = "files",
    shard_size: int = DEFAULT_SHARD,
    progress: Progress | None = None,
) -> Signed:
    """A signature over every file of a model but the version control's at the top and the signature itself.

    Args:
        model: a folder, or a model in one file; it is signed as it is, whatever it holds.
        signer: an ECDSA P-256 key.
        output: where the signature will lie.
        method: whole files, or ranges of ``shard_size`` bytes.
        shard_size: bytes.
        progress: called with bytes read and bytes in all.

    Raises:
        TrustError: CERT-E041, the key is of a kind OMS does not know.
        UsageError: CERT-E020, no such model.
        HostileInput: CERT-E023, a link or an unsafe name; CERT-E026; CERT-E114, nothing to sign.
    """
    if scheme_of(public_key_of(signer.public_pem)) != "ecdsa-p256":
        raise TrustError(
            "CERT-E041",
            "an Ed25519 key cannot make an OpenSSF model signature",
            "that format knows ECDSA keys alone",
            "make one: certify keys make FILE --scheme ecdsa-p256",
        )
    ignored = ignored_at(model, output)
    serialization = Serialization(
        method=method,
        ignore_paths=tuple(sorted(ignored)),
        shard_size=shard_size if method == "shards" else None,
    )
    files = digest_files(covered_files(model, ignored), serialization, progress)
    binding = binding_of(files, runtime_files(files))
    payload = signed_payload(model.resolve().name or "model", files, serialization, binding)
    listed = parse_payload(payload)  # what our own reader would refuse must not be handed out
    own = signature_inside(model, output)
    return Signed(
        bundle=sign_statement(payload, signer),
        root=listed.root,
        binding=binding,
        files=len(files),
        bytes=sum(file.entry.size for file in files),
        hidden=hidden_files(model, ignored - {own}),
    )


def verify_model_signature(
    model: Path,
    signature: Path,
    *,
    public_pem: str | None = None,
    roots: Sequence[bytes] = (),
    now: datetime | None = None,
    allow_ignored: Collection[str] = (),
    allow_symlinks: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Whether a model is exactly what was signed: no file changed, missing, added or renamed.

    Args:
        model: a folder, or a model in one file.
        signature: the file with the signature; where it lies inside the model it is not part of it.
        public_pem: the signer's public key; or else
        roots: certificates of authorities in PEM, and
        now: the time at which their certificates have to be valid.
        allow_ignored: paths that the signer may have left out besides the default ones.
        allow_symlinks: whether a signer may have followed links.
        progress: called with bytes read and bytes in all.

    Raises:
        HostileInput: CERT-E044 another signer; CERT-E114 not an OMS v1.0 signature; CERT-E115 the signer left out
            what is not allowed; CERT-E116 a certificate that is not accepted; CERT-E023, CERT-E026.
        UsageError: CERT-E010 something needed is not installed; CERT-E011, CERT-E012, CERT-E020.
        TrustError: CERT-E041, the key or root cannot be used.
    """
    found = read_model_signature(_read(signature))
    signer, name = _signer(found, public_pem, roots, now)
    signed = found.signed
    own = signature_inside(model, signature)
    ignored = ignored_at(model, signature, signed.ignored)
    hidden = hidden_files(model, ignored - {own})
    _refuse_permissions(signed, hidden, allow_ignored, allow_symlinks)
    sources = covered_files(model, ignored, follow_links=signed.serialization.allow_symlinks)
    files = digest_files(sources, signed.serialization, progress)
    binding = binding_of(files, runtime_files(files))
    return Checked(
        signer=signer,
        signer_name=name,
        signed=signed,
        differences=_differences(_expected(signed, model), signed.binding, files, binding),
        files=len(files),
        bytes=sum(file.entry.size for file in files),
        hidden=hidden,
        found=binding,
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_SIGNATURE + 1)
    except OSError as error:
        raise UsageError("CERT-E012", f"{path} cannot be read: {error.strerror or error}") from error


def _signer(
    found: ModelSignature, public_pem: str | None, roots: Sequence[bytes], now: datetime | None
) -> tuple[str, str | None]:
    if found.method == "sigstore":
        raise UsageError(
            "CERT-E010",
            "the model signature was made with a Sigstore identity, and certify cannot check that here",
            "it takes Sigstore's trusted root, which comes over the network, and an optional part of certify",
            "check it with the signer's own tool: model_signing verify sigstore",
        )
    if public_pem is not None:
        return verify_with_key(found, public_pem), None
    if now is None or not roots:
        raise UsageError("CERT-E011", "nothing says whose signature counts", hint="give --public-key or --root")
    certified = verify_with_roots(found, roots, now)
    return certified.fingerprint, certified.name


def _refuse_permissions(
    signed: SignedModel, hidden: dict[str, tuple[str, ...]], allow_ignored: Collection[str], allow_symlinks: bool
) -> None:
    if signed.serialization.allow_symlinks and not allow_symlinks:
        raise HostileInput(
            "CERT-E115",
            "the signer followed links",
            "what a link points to can be exchanged without a trace in the folder",
            "if you expect that of this signer: --allow-symlinks",
        )
    unasked = [path for path in hidden if path not in (*DEFAULT_IGNORED, *allow_ignored)]
    if unasked:
        shown = ", ".join(f"{path} (files: {len(hidden[path])})" for path in unasked[:5])
        raise HostileInput(
            "CERT-E115",
            f"the signer left out what is in the folder: {shown}",
            "nobody vouches for those files, and an engine could read them",
            "delete them, or if you expect it of this signer: "
            + " ".join(f"--allow-ignored {path}" for path in unasked[:5]),
        )


def _expected(signed: SignedModel, model: Path) -> dict[str, tuple[str, ...]]:
    files = signed.files()
    if list(files) == ["."] and model.is_file():  # what model-signing 1.1 calls the model in one file
        return {model.name: files["."]}
    return files


def _differences(
    expected: dict[str, tuple[str, ...]], signed: Binding | None, files: Iterable[SignedFile], binding: Binding
) -> tuple[Difference, ...]:
    found = {file.name: file.digests for file in files}
    empty = sorted(name for name, digests in found.items() if not digests)
    unequal = differences(expected, {name: found[name] for name in found.keys() - set(empty)}, _changed)
    if signed is None:
        # Ranges leave no trace of empty files, so nobody vouches for their names.
        return (*unequal, *(Difference(DifferenceKind.ADDED, name, "it is empty, and not signed") for name in empty))
    if unequal or signed == binding:
        return unequal
    return (Difference(DifferenceKind.CHANGED, ".", "a name, or an empty file, is not as it was signed"),)


def _changed(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    if len(old) != len(new):
        return f"{len(new)} ranges instead of {len(old)}"
    at = next(number for number, digest in enumerate(old) if digest != new[number])
    where = f" in range {at + 1} of {len(old)}" if len(old) > 1 else ""
    return f"digest {new[at][:16]}... instead of {old[at][:16]}...{where}"
