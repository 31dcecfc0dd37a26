import hashlib
import io
import json
import os
import struct
from pathlib import Path

import pytest

from certify.errors import HostileInput
from certify.identify.files import FoundFile
from certify.identify.reading import Meter, opened
from certify.identify.safetensors import Tensor, parse_header, read_tensors, weights_digest


def read(path: Path, data: bytes) -> tuple[Tensor, ...]:
    path.write_bytes(data)
    with opened(path.parent, FoundFile(path.name, path.name, len(data)), Meter(len(data), None)) as file:
        return read_tensors(file)


def assembled(header: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + body


def entry(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_tensors_are_read_with_the_digest_of_their_bytes(tmp_path, make_safetensors):
    data = make_safetensors({"b": ("F32", [2]), "a": ("BF16", [1, 3]), "none": ("F32", [0]), "half": ("F4", [4])})
    tensors = read(tmp_path / "x", data)
    found = {tensor.name: tensor for tensor in tensors}
    assert set(found) == {"a", "b", "none", "half"}
    assert found["b"].sha256 == hashlib.sha256(b"\x01" * 8).hexdigest()
    assert found["a"] == Tensor("a", "BF16", (1, 3), hashlib.sha256(b"\x02" * 6).hexdigest())


def test_files_of_the_reference_writer_are_read(tmp_path):
    numpy = pytest.importorskip("numpy")
    writer = pytest.importorskip("safetensors.numpy")
    values = {"w": numpy.arange(12, dtype=numpy.float32).reshape(3, 4), "b": numpy.ones(2, dtype=numpy.int64)}
    found = {tensor.name: tensor for tensor in read(tmp_path / "x", writer.save(values, metadata={"format": "pt"}))}
    assert found["w"].sha256 == hashlib.sha256(values["w"].tobytes()).hexdigest()
    assert found["w"].shape == (3, 4)
    assert found["b"].dtype == "I64"


LIES = {
    "unknown type": {"t": entry(dtype="F33")},
    "type is not text": {"t": entry(dtype=["F32"])},
    "size of the shape": {"t": entry(shape=[3])},
    "negative shape": {"t": entry(shape=[-2])},
    "shape of floats": {"t": entry(shape=[2.0])},
    "shape of booleans": {"t": entry(shape=[True, 2])},
    "shape is a number": {"t": entry(shape=2)},
    "offsets reversed": {"t": entry(offsets=[8, 0])},
    "three offsets": {"t": entry(offsets=[0, 4, 8])},
    "beyond the file": {"t": entry(shape=[4], offsets=[0, 16])},
    "gap at the start": {"t": entry(shape=[1], offsets=[4, 8])},
    "bytes left over": {"t": entry(shape=[1], offsets=[0, 4])},
    "overlap": {"t": entry(), "u": entry()},
    "nested overlap": {"t": entry(), "u": entry(shape=[1], offsets=[2, 6])},
    "unknown key": {"t": {**entry(), "extra": 1}},
    "missing key": {"t": {"dtype": "F32", "shape": [2]}},
    "entry is a list": {"t": [1]},
    "metadata of numbers": {"__metadata__": {"a": 1}, "t": entry()},
    "metadata is a list": {"__metadata__": [], "t": entry()},
    "lone surrogate": {"\ud800": entry()},
    "half a byte": {"t": entry(dtype="F4", shape=[15], offsets=[0, 8])},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_header_that_lies_is_refused(lie):
    with pytest.raises(HostileInput) as caught:
        parse_header(json.dumps(lie).encode(), 8, "x")
    assert caught.value.code == "CERT-E024"


BROKEN = {
    "empty": b"",
    "short": b"\x01\x02",
    "length beyond the file": assembled(b"{}", length=3),
    "length of 2**64 - 1": assembled(b"{}", length=2**64 - 1),
    "length of 100 MB and one": assembled(b"{}", length=100_000_001),
    "no header": assembled(b""),
    "header is a list": assembled(b"[]"),
    "leading space": assembled(b" {}"),
    "duplicate key": assembled(b'{"a": {"dtype":"F32","shape":[0],"data_offsets":[0,0]}, "a": 1}'),
    "not a number": assembled(b'{"a": NaN}'),
    "nested": assembled(b'{"a":' * 50_000),
    "not UTF-8": assembled(b'{"\xff": 1}'),
    "bytes after the header": assembled(b"{}", b"payload"),
    "a pickle": b"\x80\x04\x95" + b"\x00" * 40,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused(tmp_path, data):
    with pytest.raises(HostileInput) as caught:
        read(tmp_path / "x", data)
    assert caught.value.code == "CERT-E024"


def test_a_file_cut_off_anywhere_is_refused(tmp_path, make_safetensors):
    data = make_safetensors({"a": ("F32", [4]), "b": ("BF16", [2])})
    for length in range(len(data)):
        with pytest.raises(HostileInput):
            read(tmp_path / "x", data[:length])


def truncated_on_the_way(path: Path, size: int) -> None:
    with opened(path.parent, FoundFile("x", "x", size), Meter(0, None)) as file:
        os.truncate(path, size - 1)
        read_tensors(file)


def test_a_file_cut_off_while_it_is_read_is_refused(tmp_path, make_safetensors):
    data = make_safetensors({"a": ("F32", [4])})
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(HostileInput):
        truncated_on_the_way(path, len(data))


def test_trailing_spaces_in_a_header_are_allowed():
    assert parse_header(b'{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   ', 8, "x")[0].name == "t"


def test_the_weights_digest_is_the_documented_construction():
    tensors = [Tensor("b", "F32", (2,), "0" * 64), Tensor("a", "BF16", (), "1" * 64)]
    written = io.BytesIO()
    written.write(b'[{"dtype":"BF16","name":"a","sha256":"%s","shape":[]},' % (b"1" * 64))
    written.write(b'{"dtype":"F32","name":"b","sha256":"%s","shape":[2]}]' % (b"0" * 64))
    expected = hashlib.sha256(written.getvalue()).hexdigest()
    assert weights_digest([tensors]) == (expected, 3)
    assert weights_digest([[tensors[0]], [tensors[1]]]) == (expected, 3)


@pytest.mark.parametrize(
    "other",
    [Tensor("c", "F32", (2,), "0" * 64), Tensor("b", "I32", (2,), "0" * 64), Tensor("b", "F32", (1, 2), "0" * 64)],
)
def test_the_weights_digest_binds_name_type_and_shape(other):
    one = Tensor("b", "F32", (2,), "0" * 64)
    assert weights_digest([[one]])[0] != weights_digest([[other]])[0]


def test_a_tensor_in_two_files_is_refused():
    one = Tensor("b", "F32", (2,), "0" * 64)
    with pytest.raises(HostileInput) as caught:
        weights_digest([[one], [one]])
    assert caught.value.code == "CERT-E024"
