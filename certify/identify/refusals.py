"""What no engine may be shown: files that run code, or weights nobody would notice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from certify.errors import HostileInput
from certify.identify.files import prepare_hint

CODE = frozenset({".py", ".pyw", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe"})
"""Suffixes of files that are programs."""

UNSAFE_WEIGHTS = frozenset({
    ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".h5", ".hdf5", ".keras", ".msgpack",
    ".onnx", ".npy", ".npz", ".pb", ".tflite", ".nemo", ".mar", ".ot", ".pte",
})  # fmt: skip
"""Suffixes of formats that can run code when loaded, or that no engine of ours reads."""

OTHER_WEIGHTS = frozenset({".safetensors", ".gguf", ".ggml"})
"""Suffixes of formats that hold nothing but numbers."""

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"

_LOADERS = ("auto_map", "custom_pipelines", "custom_generate")
_KERNELS = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
"""Source: transformers 5: a name with a slash is a repository on a hub, whose compiled kernel is fetched and run."""

_SIGNATURES = ((b"PK\x03\x04", "a zip archive"), (b"\x89HDF", "an HDF5 file"))
_ADAPTERS = ("adapter_config.json", "adapter_model")


def suffix(path: str) -> str:
    """Lower-case last suffix with its dot, or an empty text."""
    return PurePosixPath(path.lower()).suffix


def is_adapter(path: str) -> bool:
    """Whether a file belongs to an adapter, which is not a model by itself."""
    name = PurePosixPath(path.lower()).name
    return name == _ADAPTERS[0] or name.startswith(_ADAPTERS[1] + ".")


def refuse_names(paths: Iterable[str], folder: Path) -> None:
    """Refuses a folder for the names in it, before anything is opened.

    Raises:
        HostileInput: CERT-E027 an adapter, CERT-E021 unsafe weights, CERT-E022 a program.
    """
    listed = sorted(paths)
    adapter = next(filter(is_adapter, listed), None)
    if adapter is not None:
        raise adapter_refused(adapter)
    for path in listed:
        if suffix(path) in UNSAFE_WEIGHTS:
            raise unsafe_weights(path, f"{suffix(path)} files can run code when they are loaded", folder)
    for path in listed:
        if suffix(path) in CODE:
            raise code_refused(path, "it is a program, and certify runs nothing that comes with a model", folder)


def refuse_content(path: str, head: bytes, folder: Path) -> None:
    """Refuses a file whose first bytes are those of a format that can run code.

    Raises:
        HostileInput: CERT-E021.
    """
    pickled = len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5
    kind = "a pickle" if pickled else next((name for magic, name in _SIGNATURES if head.startswith(magic)), None)
    if kind is not None:
        raise unsafe_weights(path, f"whatever its name says, it begins like {kind}", folder)


def names_code(document: Any) -> str | None:
    """The key by which a settings file asks for code of its own, at any depth; None when it does not."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found = next((key for key in _LOADERS if value.get(key)), None) or _kernel_key(value)
            if found is not None:
                return found
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return None


def _kernel_key(settings: dict[str, Any]) -> str | None:
    """The key that names a kernel in a repository; each part of a model may have one of its own."""
    for key in _KERNELS:
        named = settings.get(key)
        if any("/" in str(name) for name in (named.values() if isinstance(named, dict) else (named,))):
            return key
    return None


def refuse_stray_weights(paths: Iterable[str], indexed: frozenset[str] | None, folder: Path) -> None:
    """Refuses weight files that one engine would load and another would not.

    Args:
        paths: all runtime files.
        indexed: files named by the index; None when there is no index.
        folder: for the hint.

    Raises:
        HostileInput: CERT-E028.
    """
    loaded = indexed if indexed is not None else frozenset({SINGLE})
    for path in sorted(paths):
        if suffix(path) in OTHER_WEIGHTS and path not in loaded:
            known = "the index does not name it" if indexed is not None else f"only {SINGLE} or an index is loaded"
            raise HostileInput(
                "CERT-E028",
                f"{path} is a weight file that the model does not use",
                why=f"{known}, yet some engines load every weight file they find",
                hint=prepare_hint(folder),
            )


def unsafe_weights(path: str, why: str, folder: Path) -> HostileInput:
    """The error for weights that can run code."""
    return HostileInput("CERT-E021", f"{path} is refused", why=why, hint=prepare_hint(folder))


def code_refused(path: str, why: str, folder: Path, *, hint: str | None = None) -> HostileInput:
    """The error for a program, or a setting that asks for one."""
    return HostileInput("CERT-E022", f"{path} is refused", why=why, hint=hint or prepare_hint(folder))


def adapter_refused(path: str) -> HostileInput:
    """The error for an adapter."""
    return HostileInput(
        "CERT-E027",
        f"{path} belongs to an adapter, not to a whole model",
        why="an adapter changes a base model that is not in the folder, so nothing here says what would run",
        hint="merge the adapter into its base model (peft: merge_and_unload, save_pretrained), certify the result",
    )
