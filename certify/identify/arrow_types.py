"""Arrow types by what they mean, whatever encoding they save space with."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from certify.errors import UsageError

_LISTS = ("is_list", "is_large_list", "is_fixed_size_list", "is_list_view", "is_large_list_view")
_TEXTS = {
    "utf8": ("is_string", "is_large_string", "is_string_view"),
    "binary": ("is_binary", "is_large_binary", "is_binary_view"),
}


def pyarrow(module: str = "") -> Any:
    """pyarrow or one of its modules, imported when first needed.

    Raises:
        UsageError: CERT-E035, it is not installed.
    """
    try:
        return import_module(f"pyarrow.{module}" if module else "pyarrow")
    except ModuleNotFoundError as error:
        raise UsageError(
            "CERT-E035", "pyarrow is not installed, and Arrow data needs it", hint="pip install 'certify-models[scan]'"
        ) from error


def kind_of(arrow: Any) -> Any:
    """The logical type: its name, or a tuple of its name and what is inside."""
    types = pyarrow("types")
    if types.is_dictionary(arrow) or types.is_run_end_encoded(arrow):
        return kind_of(arrow.value_type)
    if hasattr(arrow, "storage_type"):
        return kind_of(arrow.storage_type)
    if any(getattr(types, check)(arrow) for check in _LISTS):
        return ("list", ("item", kind_of(arrow.value_type)))
    if types.is_map(arrow):
        return ("list", ("item", ("struct", ("key", kind_of(arrow.key_type)), ("value", kind_of(arrow.item_type)))))
    if types.is_struct(arrow):
        return ("struct", *((field.name, kind_of(field.type)) for field in arrow))
    return _scalar_kind(arrow)


def _scalar_kind(arrow: Any) -> str:
    types = pyarrow("types")
    for name, checks in _TEXTS.items():
        if any(getattr(types, check)(arrow) for check in checks):
            return name
    if types.is_union(arrow) or (not types.is_null(arrow) and not _is_fixed(arrow)):
        raise unusable(f"a column is of type {arrow}, which has no canonical form", "convert the column")
    return str(arrow)


def _is_fixed(arrow: Any) -> bool:
    try:
        return bool(arrow.bit_width == 1 or arrow.bit_width % 8 == 0)
    except ValueError:
        return False


def plain(array: Any) -> Any:
    """The array without encodings that only save space."""
    pa, types = pyarrow(), pyarrow("types")
    if isinstance(array, pa.ExtensionArray):
        return plain(array.storage)
    if types.is_dictionary(array.type):
        return plain(array.dictionary_decode())
    if types.is_run_end_encoded(array.type):
        return plain(pyarrow("compute").run_end_decode(array))
    if types.is_map(array.type):
        entries = pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])
        return array.cast(pa.list_(entries))
    return array


def unusable(what: str, hint: str) -> UsageError:
    """The error for data that cannot be identified by its content."""
    return UsageError("CERT-E029", what, why="data is identified by its content, so that must be plain", hint=hint)
