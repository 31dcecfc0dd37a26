"""What numba cannot say by itself: looking at 64 bytes at once, and unaligned loads.

A mask is a 64-bit integer with one bit for each of 64 bytes, the first byte in the lowest bit. All functions take a
uint8 array and the index of a first byte; the caller keeps 64 bytes behind that index inside the array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic

WIDTH = 64
_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, WIDTH)


def _splat(value: int) -> ir.Constant:
    return ir.Constant(_VECTOR, [ir.Constant(_BYTE, value)] * WIDTH)


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any, kind: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    place = cgutils.gep_inbounds(builder, array.data, arguments[1])
    return builder.bitcast(place, kind.as_pointer())


def _mask_of(test: Callable[[Any, Any], Any]) -> Any:
    """An intrinsic that gives the mask of bytes for which ``test(builder, vector)`` holds."""

    def typing(typingctx: Any, data: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            loaded = builder.load(_pointer(context, builder, signature, arguments, _VECTOR))
            loaded.align = 1
            return builder.bitcast(test(builder, loaded), _WORD)

        return types.uint64(data, types.intp), codegen

    return intrinsic(typing)


def _between(builder: Any, vector: Any, low: int, high: int) -> Any:
    # One unsigned comparison: bytes below ``low`` wrap around to large values.
    return builder.icmp_unsigned("<=", builder.sub(vector, _splat(low)), _splat(high - low))


def _is_word(builder: Any, vector: Any) -> Any:
    lower = builder.or_(vector, _splat(0x20))
    letter = _between(builder, lower, ord("a"), ord("z"))
    digit = _between(builder, vector, ord("0"), ord("9"))
    foreign = builder.icmp_unsigned(">=", vector, _splat(0x80))
    return builder.or_(builder.or_(letter, digit), foreign)


def _is_special(builder: Any, vector: Any) -> Any:
    quote = builder.icmp_unsigned("==", vector, _splat(ord('"')))
    slash = builder.icmp_unsigned("==", vector, _splat(ord("\\")))
    return builder.or_(quote, slash)


word_mask = _mask_of(_is_word)
"""Bytes that belong to words: ASCII letters and digits, and every byte of a character beyond ASCII."""

slash_mask = _mask_of(lambda builder, vector: builder.icmp_unsigned("==", vector, _splat(ord("\\"))))
"""Backslashes."""

foreign_mask = _mask_of(lambda builder, vector: builder.icmp_unsigned(">=", vector, _splat(0x80)))
"""Bytes of characters beyond ASCII."""

special_mask = _mask_of(_is_special)
"""Quotes and backslashes: where a JSON string ends or something in it must be undone."""

newline_mask = _mask_of(lambda builder, vector: builder.icmp_unsigned("==", vector, _splat(ord("\n"))))
"""Line feeds."""


@intrinsic
def load_word(typingctx: Any, data: Any, index: Any) -> Any:
    """The eight bytes at an index as a little-endian unsigned integer."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        loaded = builder.load(_pointer(context, builder, signature, arguments, _WORD))
        loaded.align = 1
        return loaded

    return types.uint64(data, types.intp), codegen


@intrinsic
def copy_vector(typingctx: Any, target: Any, to: Any, source: Any, index: Any) -> Any:
    """Copies 64 bytes from one array to another; both must hold them."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        into = context.make_array(signature.args[0])(context, builder, arguments[0])
        out_of = context.make_array(signature.args[2])(context, builder, arguments[2])
        write = builder.bitcast(cgutils.gep_inbounds(builder, into.data, arguments[1]), _VECTOR.as_pointer())
        read = builder.bitcast(cgutils.gep_inbounds(builder, out_of.data, arguments[3]), _VECTOR.as_pointer())
        loaded = builder.load(read)
        loaded.align = 1
        builder.store(loaded, write).align = 1
        return context.get_dummy_value()

    return types.none(target, types.intp, source, types.intp), codegen


@intrinsic
def unwritable(typingctx: Any, data: Any) -> Any:
    """The same array as one that cannot be written to: what takes texts of both kinds would be compiled for each."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return impl_ret_borrowed(context, builder, signature.return_type, arguments[0])

    return data.copy(readonly=True)(data), codegen


@intrinsic
def lowest_bit(typingctx: Any, mask: Any) -> Any:
    """Number of the lowest bit set in a mask, 64 where there is none."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), codegen


@intrinsic
def count_bits(typingctx: Any, mask: Any) -> Any:
    """How many bits of a mask are set."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), codegen
