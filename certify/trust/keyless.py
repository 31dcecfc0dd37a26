"""Keyless signatures through Sigstore: a login instead of a key, for statements of others than a trust file's roles.

Signing needs a network and a login; the signer's name, a mail address or a workflow, becomes public for good. Checking
needs neither, only a copy of Sigstore's trusted root. No trust file of this version takes such a signature for that of
a role: roles are filled by keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from certify.errors import CertifyError, HostileInput, RegistryError, UsageError
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.statement import PAYLOAD_TYPE, STATEMENT_TYPE, Statement
from certify.trust.bundle import MAX_BUNDLE

MAX_TRUST_CONFIG = 1024 * 1024
CONFIG_TYPE = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
"""Source: Sigstore protobuf-specs, ClientTrustConfig."""


@dataclass(frozen=True)
class KeylessStatement:
    """A statement that somebody signed after logging in; its signer fills no role of a trust file."""

    statement: Statement
    """The claim."""
    payload: bytes = field(repr=False)
    """The signed bytes."""
    identity: str
    """Mail address or workflow of the signer, as asked for and found in the certificate."""
    issuer: str
    """Where the signer had logged in."""


def sign_keyless(
    payload: bytes, *, token: str | None = None, interactive: bool = False, trust_config: Path | None = None
) -> bytes:
    """A Sigstore bundle v0.3 with a certificate over an in-toto statement, as canonical JSON bytes.

    Args:
        payload: the statement.
        token: an OpenID Connect token; absent, the one that the machine offers, such as a CI system's.
        interactive: whether a browser may be opened where there is none.
        trust_config: services to use, a Sigstore ClientTrustConfig; absent, the public ones.

    Raises:
        UsageError: CERT-E010, sigstore is not installed; CERT-E133, nobody is logged in, or it is no statement.
        RegistryError: CERT-E133, a service cannot be reached or refuses.
    """
    _require_installed()
    from sigstore.dsse import Statement as Signable
    from sigstore.sign import SigningContext

    document = parse_json(payload, name="statement", max_bytes=MAX_BUNDLE)
    if not isinstance(document, dict) or document.get("_type") != STATEMENT_TYPE:
        raise UsageError("CERT-E133", "only in-toto statements are signed", hint="give the payload of a statement")
    try:
        offered = _offered(token, interactive)
        config = _config(trust_config)
        identity = _identity(offered, config)
        with SigningContext.from_trust_config(config).signer(identity) as signer:
            made = signer.sign_dsse(Signable(payload)).to_json()
    except CertifyError:
        raise
    except Exception as error:  # the library and its transports each have their own family of errors
        raise RegistryError(
            "CERT-E133",
            f"the statement could not be signed without a key: {_reason(error)}",
            "keyless signatures need a network and the services of Sigstore",
            "try again with a network, or sign with a key",
        ) from error
    return canonical_bytes(parse_json(made.encode("utf-8"), name="bundle", max_bytes=MAX_BUNDLE))


def verify_keyless(data: bytes, *, identity: str, issuer: str, trust_config: Path | None = None) -> KeylessStatement:
    """The statement of a keyless bundle, if this identity signed it after logging in at this issuer; offline.

    Certificate, its own log entry, the log entry of the signature and its time are checked by sigstore-python.

    Args:
        data: the bundle, untrusted.
        identity: mail address, or URI of the workflow, whole.
        issuer: URL of the OpenID Connect provider.
        trust_config: a Sigstore trusted root or ClientTrustConfig; absent, the public one that the installed
            sigstore brings or has cached.

    Raises:
        UsageError: CERT-E010, sigstore is not installed; CERT-E012, ``trust_config`` cannot be read.
        HostileInput: CERT-E133, the signature does not hold, or is somebody else's; CERT-E045 to CERT-E049,
            it is not strict JSON or signs something else than a statement.
    """
    _require_installed()
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity

    parse_json(data, name="bundle", max_bytes=MAX_BUNDLE)
    verifier = Verifier(trusted_root=_trusted_root(trust_config))
    try:
        bundle = Bundle.from_json(data)
        kind, payload = verifier.verify_dsse(bundle, Identity(identity=identity, issuer=issuer))
    except Exception as error:  # hostile bundles raise many kinds; each means the same here
        raise HostileInput(
            "CERT-E133",
            f"the keyless signature does not hold: {_reason(error)}",
            f"it should be that of {identity[:200]}, logged in at {issuer[:200]}",
            "compare the identity, and ask whoever signed for the original file",
        ) from error
    if kind != PAYLOAD_TYPE:
        raise HostileInput("CERT-E045", f"the bundle signs {kind[:100]} instead of a statement")
    statement = Statement.from_document(parse_json(payload, name="statement", max_bytes=MAX_BUNDLE), by_name=False)
    return KeylessStatement(statement, payload, identity, issuer)


def _require_installed() -> None:
    if find_spec("sigstore") is None:
        raise UsageError(
            "CERT-E010",
            "keyless signatures need sigstore, which this install lacks",
            "it comes as an optional part, because nothing else here needs a login",
            "pip install 'certify-models[sigstore]'",
        )


def _offered(token: str | None, interactive: bool) -> str | None:
    """The token given, or the one that the machine offers; None where a person has to log in."""
    from sigstore.oidc import detect_credential

    found = token or detect_credential()
    if found or interactive:
        return found
    raise UsageError(
        "CERT-E133",
        "nobody is logged in",
        "a keyless signature is made in the name of a login, and this machine offers none",
        "run it where a CI system offers an identity, allow a browser, or sign with a key",
    )


def _identity(token: str | None, config: Any) -> Any:
    from sigstore.oidc import IdentityToken, Issuer

    return IdentityToken(token) if token else Issuer(config.signing_config.get_oidc_url()).identity_token()


def _config(path: Path | None) -> Any:
    from sigstore.models import ClientTrustConfig

    return ClientTrustConfig.production() if path is None else ClientTrustConfig.from_json(_read(path))


def _trusted_root(path: Path | None) -> Any:
    """The trusted root in a file of either kind, or the public one that is already on this machine."""
    from sigstore.models import ClientTrustConfig, TrustedRoot

    try:
        if path is None:
            return ClientTrustConfig.production(offline=True).trusted_root
        text = _read(path)
        if parse_json(text.encode("utf-8"), name=str(path)).get("mediaType") == CONFIG_TYPE:
            return ClientTrustConfig.from_json(text).trusted_root
        return TrustedRoot.from_file(str(path))
    except CertifyError:
        raise
    except Exception as error:
        raise UsageError(
            "CERT-E133",
            f"Sigstore's trusted root cannot be used: {_reason(error)}",
            "without it no certificate can be told from a stranger's",
            "give a trusted_root.json from whom you trust",
        ) from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_TRUST_CONFIG).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("CERT-E012", f"{path} cannot be read: {error}") from error


def _reason(error: Exception) -> str:
    """The first line of what a library says."""
    return (str(error) or type(error).__name__).strip().splitlines()[0][:300]
