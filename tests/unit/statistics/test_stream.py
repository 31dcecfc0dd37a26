"""Known answers: another implementation of the stream must give exactly these."""

import hashlib

import pytest

from certify.statistics.stream import Stream, repeat_seed

ZERO = bytes(32)


def test_the_first_block_is_one_sha256() -> None:
    material = b"certify/stream/v1\x00" + ZERO + (4).to_bytes(8, "big") + b"test" + (0).to_bytes(8, "big")
    digest = hashlib.sha256(material).hexdigest()
    assert digest == "752448f1c28bc3f316df2c4d0f06d9e9affad5c2e085de60cbfab99197acf5f5"
    stream = Stream(ZERO, "test")
    assert "".join(f"{stream.word():016x}" for _ in range(4)) == digest


def test_words_of_the_second_block() -> None:
    stream = Stream(ZERO, "test")
    assert [stream.word() for _ in range(6)][4:] == [0x2D1D553FDB0AE556, 0x7CD78BB44F4FC359]


def test_bounded_integers_and_choices() -> None:
    stream = Stream(bytes(range(32)), "certify/é/1")
    assert [stream.below(10) for _ in range(20)] == [2, 1, 8, 4, 3, 2, 8, 1, 3, 2, 5, 2, 8, 2, 7, 8, 2, 6, 5, 5]
    assert stream.between(-5, 5) == 5
    assert stream.choice("abcdef") == "e"


def test_shuffle_and_sample() -> None:
    items = list(range(10))
    Stream(ZERO, "shuffle").shuffle(items)
    assert items == [7, 0, 4, 9, 8, 5, 1, 6, 3, 2]
    assert Stream(ZERO, "sample").sample(range(100), 8) == [63, 30, 53, 14, 12, 87, 60, 26]


def test_repeat_seeds() -> None:
    assert repeat_seed(ZERO, "item-1", 0) == 2764496982354981803
    assert repeat_seed(ZERO, "item-1", 1) == 7504172761017468311
    assert repeat_seed(b"\xff" * 32, "gsm8k/17", 3) == 6950156101747220719


def test_labels_and_seeds_separate_streams() -> None:
    first = [Stream(ZERO, label).word() for label in ("a", "b", "ab", "")]
    assert len({*first, Stream(b"\x01" * 32, "a").word()}) == 5


def test_integers_are_uniform() -> None:
    stream = Stream(ZERO, "uniform")
    counts = [0] * 7
    for _ in range(14_000):
        counts[stream.below(7)] += 1
    assert sum((count - 2000) ** 2 / 2000 for count in counts) < 22.5  # chi-square, 6 df, p = .001


@pytest.mark.parametrize("bound", [0, -1, 2**64 + 1])
def test_impossible_bounds_are_refused(bound: int) -> None:
    with pytest.raises(ValueError, match="bound"):
        Stream(ZERO, "x").below(bound)


def test_short_seeds_and_large_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Stream(b"short", "x")
    with pytest.raises(ValueError, match="cannot draw"):
        Stream(ZERO, "x").sample([1, 2], 3)
