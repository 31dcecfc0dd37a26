"""The bound that the benchmark holds engines against."""

from tests.bench.roof import Shape, bytes_read

QWEN_3B = Shape(layers=36, kv_heads=2, head_size=128, weights=3_085_938_688, size=2)


def test_a_token_of_a_3b_model_holds_37_kilobytes():
    assert QWEN_3B.token_bytes == 36_864


def test_later_tokens_read_all_before_them_and_the_weights_once_a_step():
    assert bytes_read(QWEN_3B, [(10, 1)]) == 0  # it comes out of the prompt
    one = bytes_read(QWEN_3B, [(10, 3)])
    assert one == (11 + 12) * 36_864 + 2 * QWEN_3B.weights * 2
    two = bytes_read(QWEN_3B, [(10, 3), (10, 3)])
    assert two - one == (11 + 12) * 36_864  # weights are shared by answers in step


def test_long_answers_are_bound_by_their_own_past():
    tokens, bandwidth = 20_000, 4.3e12
    alone = bytes_read(QWEN_3B._replace(weights=0), [(1, tokens)] * 160) / bandwidth
    assert 11_600 < 160 * tokens / alone < 11_700
    assert 10_000 < 160 * tokens / (bytes_read(QWEN_3B, [(1, tokens)] * 160) / bandwidth) < 11_000
