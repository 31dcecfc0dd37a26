import contextlib
import json
import math
import struct
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.errors import HostileInput
from certify.identify.files import FoundFile
from certify.identify.reading import Meter, opened
from certify.identify.safetensors import parse_header, read_tensors, weights_digest

SHAPES = st.lists(st.integers(0, 3), max_size=3)
MODELS = st.dictionaries(
    st.text(max_size=4).filter(lambda name: name != "__metadata__"), SHAPES, min_size=1, max_size=4
)
FEW = settings(max_examples=100, deadline=None)


def assembled(model: dict[str, list[int]]) -> bytes:
    header, position = {}, 0
    for name, shape in model.items():
        size = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [position, position + size]}
        position += size
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + bytes(i % 251 for i in range(position))


def digest(data: bytes) -> str:
    with contextlib.suppress(HostileInput), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x").write_bytes(data)
        with opened(Path(folder), FoundFile("x", "x", len(data)), Meter(0, None)) as file:
            return weights_digest([read_tensors(file)])[0]
    return "refused"


@FEW
@given(MODELS.filter(lambda model: "\x00" not in "".join(model)), st.integers(0, 10**6))
def test_a_flipped_bit_is_refused_or_is_another_digest(model, bit):
    data = assembled(model)
    flipped = bytearray(data)
    flipped[bit // 8 % len(data)] ^= 1 << bit % 8
    before = digest(data)
    # JSON can be written in many ways: only then may the digest stay.
    header = 8 + int.from_bytes(data[:8], "little")
    assert digest(bytes(flipped)) != before or json.loads(flipped[8:header]) == json.loads(data[8:header])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,0123456789adtypeshFBO_ ', max_size=60).map(str.encode))
def test_no_header_breaks_the_reader(data):
    with contextlib.suppress(HostileInput):
        assert sum(span.end - span.begin for span in parse_header(data, 8, "x")) == 8
