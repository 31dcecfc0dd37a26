"""Our spelling of numbers and texts against that of the language whose rules canonical JSON borrows."""

from __future__ import annotations

import json
import random
import struct
import subprocess

import pytest

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes
from tests.conformance.peers import node

pytestmark = pytest.mark.slow
SCRIPT = """
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const numbers = asked.numbers.map((bits) => JSON.stringify(Buffer.from(bits, "hex").readDoubleBE(0)));
process.stdout.write(JSON.stringify({ numbers, texts: asked.texts.map((text) => JSON.stringify(text)) }));
"""


def theirs(numbers: list[bytes], texts: list[str]) -> dict[str, list[str]]:
    asked = json.dumps({"numbers": [bits.hex() for bits in numbers], "texts": texts})
    done = subprocess.run([*node(), "-e", SCRIPT], input=asked, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_twenty_thousand_numbers_and_every_character_are_written_as_javascript_writes_them() -> None:
    generator = random.Random(8785)
    numbers = [generator.randbytes(8) for _ in range(10_000)]
    numbers += [
        struct.pack(">d", generator.uniform(-1e17, 1e17) / 10 ** generator.randrange(20)) for _ in range(10_000)
    ]
    texts = [chr(point) for point in range(1, 0x3000)] + ["\ue000", "\uffff", "\U0001f600", "\U0010ffff"]
    said, written = theirs(numbers, texts), 0
    for bits, text in zip(numbers, said["numbers"], strict=True):
        try:
            ours = canonical_bytes(struct.unpack(">d", bits)[0])
        except HostileInput:
            assert text == "null" or (text.lstrip("-").isdigit() and abs(int(text)) > 2**53 - 1), text
        else:
            assert ours.decode() == text
            written += 1
    assert written > 19_000
    assert [canonical_bytes(text).decode() for text in texts] == said["texts"]
