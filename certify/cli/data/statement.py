"""What is said of data, from every file at hand, and the signed statement of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from certify.cli.data.signing import sign_as_steward
from certify.errors import HostileInput, UsageError

if TYPE_CHECKING:
    from certify.attest.data_description import Said, StewardsWord
    from certify.evidence.dataset import DatasetIdentity
    from certify.evidence.model import ModelIdentity
    from certify.identify import DatasetFolder


@dataclass(frozen=True)
class Described:
    """Data with what is said of it."""

    identity: DatasetIdentity
    """Which data."""
    word: StewardsWord | None
    """What is said; absent where no file was given."""
    notes: tuple[str, ...]
    """What could not be taken over, and where files disagree."""


def describe_data(
    found: DatasetFolder, name: str | None, description: Path | None, croissant: Path | None, card: Path | None
) -> Described:
    """The data under its name, with the words of the files; a file by hand wins, then Croissant, then the card.

    Raises:
        UsageError: CERT-E122, the description is wrong.
        HostileInput: CERT-E123 an unusable import; CERT-E124 it describes other files.
    """
    from certify.attest.croissant import compare_files, read_croissant
    from certify.attest.data_description import merge, read_description, stewards_word
    from certify.attest.dataset_card import read_card

    said: list[Said] = [read_description(description)] if description else []
    notes: list[str] = []
    if croissant:
        document = read_croissant(croissant)
        notes += compare_files(document, found.manifest)
        said.append(document.said)
    if card:
        said.append(read_card(card))
    if not said:
        return Described(found.identity, None, ())
    for one in said:
        notes += one.notes
    notes += merge(said)[1]
    word = stewards_word(said)
    called = name or word.name or found.identity.name
    return Described(found.identity.model_copy(update={"name": called}), word, tuple(notes))


def sign_description(
    context: typer.Context,
    described: Described,
    out: Path,
    complete: bool,
    model: Path | None,
    restrict: list[str],
    key: str | None,
) -> list[str]:
    """Signs and writes the statement; the paths written: the statement, and the openings of what it withholds.

    Raises:
        CertifyError: the model or the key cannot be used, or a field cannot be withheld; nothing was written.
    """
    from certify.attest.data_description import StewardsWord
    from certify.attest.openings import openings_file, set_aside
    from certify.attest.statements import dataset_statement
    from certify.evidence.visibility import withhold
    from certify.files import write_whole
    from certify.pipeline.clock import now

    word = described.word or StewardsWord(None, None, None, None)
    dataset = word.dataset(described.identity, complete=complete, described_at=now())
    shown, openings = withhold(dataset.document(), restrict)
    _require_readable(shown, restrict)
    payload = dataset_statement(dataset, _identity(model), shown=shown)
    signed = sign_as_steward(context, payload, key)
    written = [out]
    set_aside(out.with_name(f"{out.name}.openings.json"))
    if openings:
        written.append(out.with_name(f"{out.name}.openings.json"))
        write_whole(written[1], openings_file(payload, openings), mode=0o600)
    write_whole(out, signed)
    return [str(path) for path in written]


def _require_readable(shown: dict[str, object], restrict: list[str]) -> None:
    from certify.evidence.dataset import Dataset

    try:
        Dataset.from_document(shown, by_name=False)
    except HostileInput as error:
        raise UsageError(
            "CERT-E122",
            f"{', '.join(restrict)} cannot be withheld",
            f"a reader needs what would be missing: {error.what}",
            "withhold the object or the list that holds the field, or another field",
        ) from error


def _identity(model: Path | None) -> ModelIdentity | None:
    from certify.identify import read_model

    return read_model(model).identity if model is not None else None
