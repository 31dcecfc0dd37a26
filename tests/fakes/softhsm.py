"""A hardware token in software: SoftHSM2, reached through PKCS#11 as a real one is."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
PIN = "842193"
LABEL = "certify test token"


@dataclass(frozen=True)
class Token:
    """A token of this process; the driver is loaded once, so there is one for all tests."""

    module: str
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to find it."""
        return {"PYKCS11LIB": self.module, "SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def uri(self, number: int) -> str:
        """The URI of a key in it."""
        return f"hsm:{number}?label={LABEL.replace(' ', '+')}"

    def make_key(self, number: int, curve: str = "secp256r1") -> None:
        """Makes a key in the token; it never leaves."""
        import pkcs11
        from pkcs11.util import biginteger
        from pkcs11.util.ec import encode_named_curve_parameters

        with pkcs11.lib(self.module).get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)},
                local=True,
            )
            parameters.generate_keypair(
                id=biginteger(number),
                store=True,
                mechanism_param=None,
                public_template={pkcs11.Attribute.TOKEN: True},
                private_template={pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.EXTRACTABLE: False},
            )


def absence() -> str:
    """Why there can be no token here; empty where there can."""
    if shutil.which("softhsm2-util") is None or not any(map(os.path.isfile, MODULES)):
        return "SoftHSM2 is not installed (apt install softhsm2)"
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        return "python-pkcs11 is not installed (the extra `hsm`)"
    return ""


@cache
def token() -> Token:
    """The token of this process, with the environment set so that it is found."""
    folder = Path(mkdtemp(prefix="certify-token-"))
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    made = Token(next(filter(os.path.isfile, MODULES)), folder)
    os.environ.update(made.environ)
    command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    return made
