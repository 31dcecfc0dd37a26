"""Types for expressions: the evidence models as message descriptors that the CEL compiler checks against."""

from __future__ import annotations

import types
from enum import IntEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from pydantic import BaseModel

from certify.errors import InternalError

PACKAGE = "certify"
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {bool: _FIELD.TYPE_BOOL, int: _FIELD.TYPE_INT64, float: _FIELD.TYPE_DOUBLE, str: _FIELD.TYPE_STRING}


@cache
def descriptor_pool(root: type[BaseModel]) -> DescriptorPool:
    """A pool with one message for each model that ``root`` reaches, ``certify.<class name>``.

    Raises:
        InternalError: CERT-E099, a field has a type that expressions cannot have.
    """
    file = descriptor_pb2.FileDescriptorProto(name="certify/evidence.proto", package=PACKAGE, syntax="proto3")
    for model in _reachable(root):
        message = file.message_type.add(name=model.__name__)
        for number, (name, field) in enumerate(model.model_fields.items(), start=1):
            kind, repeated = plain_type(field.annotation)
            entry = message.field.add(name=name, number=number)
            entry.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            if issubclass(kind, BaseModel):
                entry.type, entry.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{kind.__name__}"
            else:
                entry.type = _scalar(kind)
    pool = DescriptorPool()
    pool.Add(file)
    return pool


def plain_type(annotation: Any) -> tuple[type, bool]:
    """The class behind an annotation, and whether it stands in a tuple; ``X | None`` counts as X."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        chosen = [argument for argument in arguments if argument is not type(None)]
        if len(chosen) == 1:
            return plain_type(chosen[0])
    elif origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return plain_type(arguments[0])[0], True
    elif isinstance(annotation, type):
        return annotation, False
    elif hasattr(annotation, "__metadata__"):
        return plain_type(annotation.__origin__)
    raise InternalError("CERT-E099", f"expressions have no type for {annotation}")


def _scalar(kind: type) -> Any:
    for base in (bool, int, float, str):
        if issubclass(kind, base) or (base is int and issubclass(kind, IntEnum)):
            return _SCALARS[base]
    raise InternalError("CERT-E099", f"expressions have no type for {kind.__name__}")


def _reachable(root: type[BaseModel]) -> list[type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    waiting = [root]
    while waiting:
        model = waiting.pop()
        if found.setdefault(model.__name__, model) is not model:
            raise InternalError("CERT-E099", f"two evidence types are called {model.__name__}")
        for field in model.model_fields.values():
            kind, _ = plain_type(field.annotation)
            if issubclass(kind, BaseModel) and kind.__name__ not in found:
                waiting.append(kind)
    return [found[name] for name in sorted(found)]
