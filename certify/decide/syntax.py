"""The syntax tree of a compiled expression, read back from its serialised form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from google.protobuf import any_pb2, descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from certify.decide.schema import Facts

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALAR = {"int64": _FIELD.TYPE_INT64, "double": _FIELD.TYPE_DOUBLE, "string": _FIELD.TYPE_STRING}
_SCALAR |= {"bool": _FIELD.TYPE_BOOL, "int32": _FIELD.TYPE_INT32, "uint64": _FIELD.TYPE_UINT64}
_MESSAGES = {
    "Constant": "bool_value:2:bool int64_value:3:int64 uint64_value:4:uint64 double_value:5:double"
    " string_value:6:string",
    "Ident": "name:1:string",
    "Select": "operand:1:Expr field:2:string test_only:3:bool",
    "Call": "target:1:Expr function:2:string args:3:Expr*",
    "CreateList": "elements:1:Expr*",
    "CreateStruct": "message_name:1:string",
    "Comprehension": "iter_var:1:string iter_range:2:Expr accu_init:4:Expr loop_step:6:Expr result:7:Expr",
    "Expr": "id:2:int64 const_expr:3:Constant ident_expr:4:Ident select_expr:5:Select call_expr:6:Call"
    " list_expr:7:CreateList struct_expr:8:CreateStruct comprehension_expr:9:Comprehension",
    "Position": "key:1:int64 value:2:int32",
    "SourceInfo": "positions:4:Position*",
    "CheckedExpr": "expr:4:Expr source_info:5:SourceInfo",
}
"""Message to its fields, ``name:number:type``; a star marks a repeated field."""

Path = tuple[str | int, ...]
"""A value of the evidence: a root, then keys and positions."""
ROOTS = tuple(Facts.model_fields)
"""What an expression can start from, besides ``params`` and ``now``."""


class Syntax(NamedTuple):
    """The tree of one expression, with the source position of each node."""

    root: Any
    """A node: a cel.expr.Expr message."""
    columns: dict[int, int]
    """Node id to 1-based column."""


@cache
def _checked_expression() -> Any:
    """A reader for cel.expr.CheckedExpr, as far as lint needs it. Source: google/cel-spec, syntax.proto."""
    file = descriptor_pb2.FileDescriptorProto(name="certify/syntax.proto", package="certify.syntax", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        if name in ("Constant", "Expr"):
            message.oneof_decl.add(name="kind")
        for field, number, kind in (entry.split(":") for entry in fields.split()):
            entry = message.field.add(name=field, number=int(number), label=_FIELD.LABEL_OPTIONAL)
            if kind.endswith("*"):
                entry.label = _FIELD.LABEL_REPEATED
            if kind in _SCALAR:
                entry.type = _SCALAR[kind]
            else:
                entry.type, entry.type_name = _FIELD.TYPE_MESSAGE, f".certify.syntax.{kind.rstrip('*')}"
            if name in ("Constant", "Expr") and field != "id":
                entry.oneof_index = 0
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("certify.syntax.CheckedExpr"))


def read_syntax(serialised: bytes) -> Syntax:
    """The tree of a compiled expression.

    Raises:
        ValueError: it nests too deeply.
    """
    wrapper = any_pb2.Any()
    checked = _checked_expression()()
    try:
        wrapper.ParseFromString(serialised)
        checked.ParseFromString(wrapper.value)
    except DecodeError as error:
        raise ValueError("the expression nests too deeply") from error
    columns = {entry.key: entry.value + 1 for entry in checked.source_info.positions}
    return Syntax(checked.expr, columns)


def children(node: Any) -> list[Any]:
    """The nodes right below a node."""
    kind = node.WhichOneof("kind")
    if kind == "select_expr":
        return [node.select_expr.operand]
    if kind == "call_expr":
        call = node.call_expr
        return ([call.target] if call.HasField("target") else []) + list(call.args)
    if kind == "list_expr":
        return list(node.list_expr.elements)
    if kind == "comprehension_expr":
        loop = node.comprehension_expr
        return [loop.iter_range, loop.accu_init, loop.loop_step, loop.result]
    return []


def walk(node: Any) -> Iterator[Any]:
    """The node and everything below it, in order of the source."""
    yield node
    for child in children(node):
        yield from walk(child)


def path_of(node: Any) -> Path | None:
    """The value of the evidence, or the parameter, that a node names, if it is a plain path."""
    kind = node.WhichOneof("kind")
    if kind == "ident_expr":
        return (node.ident_expr.name,)
    if kind == "select_expr":
        below = path_of(node.select_expr.operand)
        return None if below is None else (*below, node.select_expr.field)
    if kind == "call_expr" and node.call_expr.function == "_[_]":
        operand, index = node.call_expr.args
        below, key = path_of(operand), constant(index)
        return None if below is None or isinstance(key, bool) or not isinstance(key, str | int) else (*below, key)
    return None


def paths(node: Any, roots: tuple[str, ...] = ROOTS) -> list[Path]:
    """The longest paths below a node that start from one of ``roots``, each once, in order of the source."""
    found: dict[Path, None] = {}
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        path = path_of(current)
        if path is None:
            waiting = children(current) + waiting
        elif path[0] in roots:
            found[path] = None
    return list(found)


def constant(node: Any) -> bool | int | float | str | None:
    """The value of a literal; a minus sign before a number belongs to it."""
    if node.WhichOneof("kind") == "call_expr" and node.call_expr.function == "-_":
        inner = constant(node.call_expr.args[0])
        return -inner if isinstance(inner, int | float) else None
    if node.WhichOneof("kind") != "const_expr":
        return None
    kind = node.const_expr.WhichOneof("kind")
    return None if kind is None else getattr(node.const_expr, kind)


def show_path(path: Path) -> str:
    """A path as an author writes it."""
    text = str(path[0])
    for part in path[1:]:
        if isinstance(part, int):
            text += f"[{part}]"
        elif text == "check" or not part.isidentifier():
            text += f'["{part}"]'
        else:
            text += f".{part}"
    return text
