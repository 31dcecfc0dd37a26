"""Makes tests/vectors/certificate-VERSION/ anew: run it once for a release, never again for the same one.

    python -m tests.vectors.generate_certificate

The certificate is whole and signed; its keys are thrown away. Later versions have to verify it.
"""

from __future__ import annotations

from pathlib import Path

from certify import __version__
from tests.fakes.chain import level_one


def main() -> None:
    folder = Path(__file__).parent / f"certificate-{__version__.rpartition('.')[0]}"
    folder.mkdir(exist_ok=True)
    chain = level_one()
    (folder / "certificate.pdf").write_bytes(chain.pdf)
    (folder / "certificate.json").write_bytes(chain.bundle)
    (folder / "certificate.status.json").write_bytes(chain.answer.to_bytes())
    (folder / "trust.json").write_bytes(chain.trust.to_bytes())


if __name__ == "__main__":
    main()
