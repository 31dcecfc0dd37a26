"""Fills the schema, the field tables and the example of each predicate's page from the types that define them.

Run it after a change to ``certify/evidence``: ``python docs/predicates/generate.py``.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import MinLen
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pydantic.fields import FieldInfo

from certify.evidence import statement as kinds
from certify.evidence.approval import Approval, Waiver
from certify.evidence.base import Value
from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import Certificate, Rendering, Status
from certify.evidence.clauses import ClauseOutcome
from certify.evidence.contamination import Contamination
from certify.evidence.dataset import Dataset, DatasetIdentity, Declaration
from certify.evidence.decision import Decision, RuleOutcome
from certify.evidence.disclosure import Disclosure
from certify.evidence.evaluation import Evaluation, NotRun
from certify.evidence.lifecycle import StatusList, StatusPurpose
from certify.evidence.looks import Interim
from certify.evidence.model import ModelIdentity, TestedConfiguration
from certify.evidence.plan import Plan, PolicyReference
from certify.evidence.preparation import Preparation
from certify.evidence.rerun import Rerun
from certify.evidence.response import Response
from certify.trust.keys import KeySigner
from certify.trust.note import NoteSigner
from certify.trust.signed_trust import trust_statement
from certify.trust.status_list import bits_of, encode_bits, subject_for
from certify.trust.trustfile import TrustFile

HERE = Path(__file__).resolve().parent
PAGES: dict[str, type[Value]] = {
    kinds.DATASET: Dataset,
    kinds.DECLARATION: Declaration,
    kinds.PLAN: Plan,
    kinds.INTERIM: Interim,
    kinds.EVALUATION: Evaluation,
    kinds.CONTAMINATION: Contamination,
    kinds.DECISION_FIELD: Decision,
    kinds.CERTIFICATE: Certificate,
    kinds.RENDERING: Rendering,
    kinds.STATUS: Status,
    kinds.STATUS_LIST: StatusList,
    kinds.PREPARATION: Preparation,
    kinds.DISCLOSURE: Disclosure,
    kinds.TRUST: TrustFile,
    kinds.APPROVAL: Approval,
    kinds.WAIVER: Waiver,
    kinds.RERUN: Rerun,
    kinds.RESPONSE: Response,
}
SHARED = (ModelIdentity, TestedConfiguration, PolicyReference, DatasetIdentity, NotRun, RuleOutcome, ClauseOutcome)
"""Values that several predicates hold; they and what is inside them are described once, in shared.md."""

LISTED_BITS = bits_of([77], 1234)
"""The certificate at log entry 77 is withdrawn."""

SAMPLES: dict[str, Any] = {
    "serial": "CM-0D1F-9K2M-T7XA",
    "proofs": {"plan": "c2sp.org/tlog-proof@v1\n..."},
    "name": "example/reasoner-1b",
    "DatasetIdentity.name": "example/corpus",
    "Headline.name": "Fresh reasoning",
    "engine_version": "transformers 5.19, torch 2.13.0",
    "signature": "ab" * 64,
    "Evaluation.checks": {"fresh-reasoning": {"level": 1}},
    "PlannedCheck.parameters": {"families": ["addition"]},
    "engine": "hf",
    "dtype": "float32",
    "quantisation": "none",
    "prompt_style": "chat",
    "status_location": "https://registry.example/c/CM-0D1F-9K2M-T7XA",
    "architecture": "LlamaForCausalLM",
    "ModelIdentity.parameters": 1_100_000_000,
    "context_length": 4096,
    "temperature": 0.0,
    "Rendering.renderer": "weasyprint 70.0, pyhanko 0.38",
    "Dataset.licence": "CC-BY-4.0",
    "Dataset.description": {
        "summary": "Household sums with worked answers, in English and German.",
        "provider": {"name": "Example Ltd", "contact": "data@example.org"},
        "sources": [
            {
                "name": "example.org pages",
                "kind": "crawled",
                "rightsBasis": "Directive (EU) 2019/790, article 4; reserved content left out",
                "collectedFrom": "2026-01-01",
                "collectedUntil": "2026-03-31",
                "collectedBy": "example-crawler 2.1",
                "topDomains": ["example.org"],
                "tokens": 1_200_000,
            }
        ],
        "modalities": ["text"],
        "size": {"documents": 5000, "tokens": 1_200_000, "tokensByLanguage": {"en": 900_000, "de": 300_000}},
        "languages": ["en", "de"],
        "cutoffDate": "2026-03-31",
        "personalData": {"contains": "possible", "measures": ["names replaced by example-scrub 1.4"]},
        "synthetic": {"share": 0.0},
        "rightsReservation": {"respected": True, "protocols": ["robots.txt"]},
        "decontamination": [{"method": "13-gram overlap", "benchmarks": ["gsm8k"], "removed": 12}],
    },
    "Declaration.owner": "Example Ltd",
    "Declaration.intended_use": "Sums in household accounts",
    "Status.reason": "the evaluator's key was lost",
    "Status.reason_code": "key_compromise",
    "StatusList.origin": "log.example/certify",
    "StatusList.size": 1234,
    "StatusList.status_purpose": StatusPurpose.REVOCATION.value,
    "StatusList.encoded_list": encode_bits(LISTED_BITS),
    "StatusList.checkpoint": "log.example/certify\n1234\n...",
    "StatusList.valid_until": "2026-11-24T17:00:00Z",
    "Preparation.tool": "certify 0.1.0",
    "Preparation.source_name": "example/reasoner-1b",
    "FileEntry.path": "config.json",
    "Waiver.rule": "ST-07",
    "Waiver.reason": "one answer in fifty is cut off; a person reads them all",
    "Waiver.ticket": "RISK-118",
    "Waiver.approver": "A. Example",
    "Waiver.expires_at": "2026-12-23T17:00:00Z",
    "PolicyReference.id": "starter",
    "PolicyReference.version": "1.0.0",
    "PlannedCheck.id": "fresh-reasoning",
    "benchmark": "gsm8k",
    "items": 100,
    "Disclosure.statement_type": "https://slsa.dev/provenance/v1",
    "Disclosure.disclosed_to": "Example Auditors",
    "Opening.field": "/buildDefinition/externalParameters/parameters",
    "Opening.salt": sha256_hex(b"salt"),
    "Opening.value": {"threshold": 0.8},
    "applicant": "Example Ltd",
    "issuer": "Example Certification",
}
SUBJECTS = {
    kinds.DATASET: (SAMPLES["DatasetIdentity.name"], "identity"),
    kinds.RENDERING: (SAMPLES["serial"] + ".pdf", "pdf_sha256"),
    kinds.STATUS: (SAMPLES["serial"], "certificate_sha256"),
    kinds.DISCLOSURE: (SAMPLES["DatasetIdentity.name"], "payload_sha256"),
    kinds.APPROVAL: ("2026-11-23-170000-0a1b", "decision"),
    kinds.RESPONSE: ("2026-11-23-170000-0a1b", "decision"),
}


def page_of(uri: str) -> Path:
    """The page that describes a predicate."""
    return HERE / f"{uri.split('/')[-2]}.md"


def values_in(model: type[Value]) -> list[type[Value]]:
    """The model and every value type inside it, outermost first."""
    found = [model]
    for each in found:
        for field in each.model_fields.values():
            found += [kind for kind in _models(field.annotation) if kind not in found]
    return found


def _models(annotation: Any) -> Iterator[type[Value]]:
    if inspect.isclass(annotation) and issubclass(annotation, Value):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def shared_values() -> list[type[Value]]:
    """Every value type that shared.md describes."""
    return list(dict.fromkeys(kind for top in SHARED for kind in values_in(top)))


def tables(models: list[type[Value]]) -> str:
    """One table for each model: field, type, whether it must be there, meaning."""
    return "\n\n".join(_table(model, titled=position > 0) for position, model in enumerate(models))


def _table(model: type[Value], *, titled: bool) -> str:
    known = meanings(model)
    rows = [
        f"| `{field.alias}` | {_type(field.annotation, field)} | {'yes' if field.is_required() else 'no'} "
        f"| {known[name]} |"
        for name, field in model.model_fields.items()
    ]
    lines = ["| field | type | required | meaning |", "|---|---|---|---|", *rows]
    return "\n".join([f"**{model.__name__}**", "", *lines] if titled else lines)


def meanings(model: type[Value]) -> dict[str, str]:
    """What each field of a type means, by its name in Python."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, Value) or each is Value:
            continue
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        body = definition.body  # type: ignore[attr-defined]
        for line, after in pairwise(body):
            if isinstance(line, ast.AnnAssign) and isinstance(after, ast.Expr):
                found[line.target.id] = " ".join(after.value.value.split())  # type: ignore[union-attr, attr-defined]
    return found


def _type(annotation: Any, field: FieldInfo | None = None) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _type(next(part for part in parts if part is not NoneType), field)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin in (tuple, dict):
        return _collection(origin, parts)
    if hasattr(annotation, "__metadata__"):
        return _constrained(annotation.__metadata__) or _type(annotation.__origin__)
    if inspect.isclass(annotation) and issubclass(annotation, Enum | Value):
        return _named(annotation)
    constrained = _constrained(field.metadata) if field is not None else ""
    return constrained or {str: "text", int: "integer", float: "number", bool: "true or false"}.get(annotation, "any")


def _collection(origin: Any, parts: tuple[Any, ...]) -> str:
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    return "object" if parts[1] is Any else f"object of {_type(parts[1])}"


def _named(annotation: type[Any]) -> str:
    if issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if annotation in shared_values():
        return f"[{annotation.__name__}](shared.md)"
    own = next((page_of(uri).name for uri, model in PAGES.items() if model is annotation), None)
    return f"[{annotation.__name__}]({own})" if own else annotation.__name__


def _constrained(metadata: Any) -> str:
    text = repr(metadata)
    names = {"[0-9a-f]{64}": "SHA-256", "{2}Z$": "time", "{128}": "128 hex digits", "CM-": "serial", "le=1.0": "0 to 1",
             "calendar_date": "date", "language_tag": "language tag", "domain_name": "domain"}  # fmt: skip
    return next((name for pattern, name in names.items() if pattern in text), "")


def sample(model: type[Value]) -> dict[str, Any]:
    """An example document of a model; optional lists are left empty."""
    return {
        str(field.alias): _field_sample(model, name, field)
        for name, field in model.model_fields.items()
        if field.is_required() or field.default is not None or f"{model.__name__}.{name}" in SAMPLES
    }


def _field_sample(model: type[Value], name: str, field: FieldInfo) -> Any:
    key = f"{model.__name__}.{name}"
    if key in SAMPLES:
        return SAMPLES[key]
    if isinstance(field.default, str | int | float) and not isinstance(field.default, Enum):
        return field.default
    return _sample(name, field.annotation, field)


def _sample(name: str, annotation: Any, field: FieldInfo | None) -> Any:
    if name in SAMPLES:
        return SAMPLES[name]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        filled = field is not None and any(isinstance(rule, MinLen) for rule in field.metadata)
        return [_sample(name, parts[0], None)] if filled or name in ("evidence", "shares") else []
    if origin is dict:
        return {}
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return next(iter(annotation)).value
    if inspect.isclass(annotation) and issubclass(annotation, Value):
        return sample(annotation)
    return _scalar(name, annotation, _type(annotation, field))


def _scalar(name: str, annotation: Any, kind: str) -> Any:
    known = {
        "SHA-256": sha256_hex(name.encode()),
        "time": "2026-11-23T17:00:00Z",
        "0 to 1": 0.5,
        "integer": 1,
        "number": 0.5,
        "true or false": True,
    }
    if kind == "text" or kind not in known:
        return f"{name.replace('_', ' ')} ..."
    return known[kind]


def statement(uri: str, model: type[Value]) -> dict[str, Any]:
    """An example of a whole statement; a decision is shown in the verification summary that carries it."""
    content = sample(model)
    if uri == kinds.DECISION_FIELD:
        from certify.attest.statements import decision_statement

        identity = ModelIdentity.from_document(sample(ModelIdentity))
        return dict(json.loads(decision_statement(model.from_document(content), identity)))  # type: ignore[arg-type]
    if uri == kinds.TRUST:
        return dict(json.loads(trust_statement(_trust_sample())))
    if uri == kinds.STATUS_LIST:
        listed = subject_for(SAMPLES["StatusList.origin"], StatusPurpose.REVOCATION, LISTED_BITS).document()
        return {"_type": kinds.STATEMENT_TYPE, "subject": [listed], "predicateType": uri, "predicate": content}
    name, field = SUBJECTS.get(uri, (SAMPLES["name"], "identity"))
    subject = {"name": name, "digest": {"sha256": sha256_hex(field.encode())}}
    return {"_type": kinds.STATEMENT_TYPE, "subject": [subject], "predicateType": uri, "predicate": content}


def _trust_sample() -> TrustFile:
    """A trust file whose keys and log exist nowhere else; every key is what its id says."""
    issuer, root = (KeySigner.of(ec.derive_private_key(number, ec.SECP256R1())) for number in (1, 2))
    log = NoteSigner("log.example/certify", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
    key = {"pem": issuer.public_pem, "party": SAMPLES["issuer"], "scheme": issuer.scheme, "validFromIndex": 120}
    return TrustFile.from_document(
        {
            "version": 2,
            "name": "Example Certification",
            "environment": "production",
            "expires": "2027-11-23T17:00:00Z",
            "keys": {
                issuer.keyid: key,
                root.keyid: {"pem": root.public_pem, "party": "Example Board", "scheme": root.scheme},
            },
            "roles": {"issuer": {"keyids": [issuer.keyid]}, "root": {"keyids": [root.keyid]}},
            "log": {"origin": log.name, "vkey": log.vkey},
        }
    )


def schema(uri: str, model: type[Value]) -> str:
    """The form of a statement, field names and types alone."""
    fields = {str(field.alias): _plain(_type(field.annotation, field)) for field in model.model_fields.values()}
    if uri == kinds.DECISION_FIELD:
        return _json({"_type": kinds.STATEMENT_TYPE, "predicateType": kinds.VSA, "predicate": {uri: fields}})
    return _json({"_type": kinds.STATEMENT_TYPE, "predicateType": uri, "predicate": fields})


def _plain(text: str) -> str:
    return re.sub(r"\[(\w+)\]\(\w+\.md\)", r"\1", text).replace("`", "").replace(", ", " | ")


def _json(document: Any) -> str:
    return f"```json\n{json.dumps(document, indent=2, ensure_ascii=False)}\n```"


def filled(text: str, parts: dict[str, str]) -> str:
    """The page with what stands between ``<!-- NAME -->`` and ``<!-- end -->`` replaced."""
    for name, content in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"the page has no place for {name}")
        text = pattern.sub(lambda found, content=content: f"{found[1]}\n{content}\n\n{found[2]}", text)
    return text


def pages() -> Iterator[tuple[Path, dict[str, str]]]:
    """Each page and its generated parts."""
    shared = shared_values()
    for uri, model in PAGES.items():
        own = [
            kind for kind in values_in(model) if kind is model or (kind not in shared and kind not in PAGES.values())
        ]
        yield (
            page_of(uri),
            {"schema": schema(uri, model), "fields": tables(own), "example": _json(statement(uri, model))},
        )
    yield HERE / "shared.md", {"fields": "\n\n".join(_table(model, titled=True) for model in shared)}


def main() -> None:
    """Writes the pages, and what programs read of them."""
    from machine import freeze, schema_file, schema_text

    for path, generated in pages():
        path.write_text(filled(path.read_text(encoding="utf-8"), generated), encoding="utf-8")
    for uri, model in PAGES.items():
        schema_file(uri).write_text(schema_text(uri, model, values_in(model), meanings), encoding="utf-8")
        freeze(uri, statement(uri, model))


if __name__ == "__main__":
    main()
