import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.scan.normalise import encode, is_number, word_offsets, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna HAS 417 marbles.", ["anna", "has", "417", "marbles"]),
        ("Café cafe\u0301 ＣＡＦＥ", ["cafe", "cafe", "cafe"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("Straße ﬁt", ["strasse", "fit"]),
        (r"\frac{1}{2} + \left( x \right)", ["1", "2", "x"]),
        ("foo.bar snake_case", ["foo", "bar", "snake", "case"]),
        ("小明有12个苹果", ["小", "明", "有", "12", "个", "苹", "果"]),
        ("カタカナ ไทย", ["カ", "タ", "カ", "ナ", "ไ", "ท", "ย"]),
        ("٤١٧ ৪১৭", ["417", "417"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_offsets_point_into_the_utf8_bytes() -> None:
    text = "Été: 12 ﬁgs, 小明 \\alpha end"
    data = encode(text)
    found = [data[start:end].decode() for start, end in word_offsets(text)]
    assert found == ["Été", "12", "ﬁgs", "小", "明", "end"]


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_every_word_is_where_its_offsets_say(text: str) -> None:
    found, offsets, data = words(text), word_offsets(text), encode(text)
    assert len(found) == len(offsets)
    assert all(0 <= a < b <= len(data) for a, b in offsets)
    for word, (start, end) in zip(found, offsets, strict=True):
        piece = data[start:end].decode("utf-8", "surrogatepass")
        assert word in "".join(words(piece)) or word in "".join(words(piece.lower()))


def test_numbers_carry_a_digit() -> None:
    assert is_number("417")
    assert is_number("x2")
    assert not is_number("marbles")
