"""A server that certify starts itself, on the staged files and on this machine alone, and ends with all it started."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Self

from certify.engines.connection import AskingError, Line, Route, Trouble, look_up
from certify.engines.endpoint import Endpoint
from certify.engines.processes import PROC, adopt_orphans, descendants, holds, kill_descendants, listeners
from certify.errors import EvidenceMissing, UsageError

MODEL, PORT = "{model}", "{port}"
START_SECONDS = 1800.0
"""Time a server may take to load a model."""
_LAUNCH = (sys.executable, "-P", "-s", "-m", "certify.engines.launch")
_POLL = 0.2
_GRACE = 10.0


class Command(NamedTuple):
    """A command line with places for the files and the port."""

    arguments: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """The command of a line as one would type it; no shell ever sees it.

        Raises:
            UsageError: CERT-E543, it has no ``{model}`` or ``{port}``, or names no program that is here.
        """
        try:
            arguments = tuple(shlex.split(text))
        except ValueError as error:
            raise _refused(f"it cannot be taken apart: {error}") from error
        if not arguments or not all(any(place in one for one in arguments[1:]) for place in (MODEL, PORT)):
            raise _refused("it must say where the model and the port belong, as {model} and {port}")
        if "/" in arguments[0] and not os.path.isabs(arguments[0]):
            raise _refused("a program that is not on PATH is named by its whole path")
        if cls(arguments).program() is None:
            raise _refused(f"there is no program {arguments[0]!a} here")
        return cls(arguments)

    def program(self) -> str | None:
        """The program's path, looked up on PATH and beside our own interpreter."""
        beside = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))
        return shutil.which(self.arguments[0], path=beside)

    def filled(self, model: str, port: int) -> list[str]:
        """The arguments for a model and a port."""
        return [one.replace(MODEL, model).replace(PORT, str(port)) for one in self.arguments[1:]]


class Server:
    """A running server; :meth:`start` gives one that answers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self._port = process, port
        self.route: Route = look_up(Endpoint("http", "127.0.0.1", port, "/v1"))

    @classmethod
    def start(cls, command: Command, model: str) -> Self:
        """Starts a command on a model and waits until it answers.

        Raises:
            EvidenceMissing: CERT-E544, it ended, took too long, or can be reached from elsewhere.
        """
        adopt_orphans()
        signal.signal(signal.SIGTERM, _end_all)
        port, program = _free_port(), command.program()
        process = subprocess.Popen(
            [*_LAUNCH, str(os.getpid()), str(program), *command.filled(model, port)],
            stdin=subprocess.DEVNULL,
            stdout=2,  # standard output is for messages to our parent
        )
        server = cls(process, port)
        try:
            server._wait(time.monotonic() + START_SECONDS)
            server._require_ours()
        except BaseException:
            server.close()
            raise
        return server

    def close(self) -> None:
        """Ends the server, kindly first, and whatever it started."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                self._process.terminate()
                self._process.wait(_GRACE)
        kill_descendants(os.getpid())
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)

    def _wait(self, until: float) -> None:
        line = Line(self.route)
        while True:
            if self._process.poll() is not None:
                raise _failed(f"it ended with status {self._process.returncode}")
            try:
                line.get("/v1/models", 10.0)
                return
            except AskingError as error:
                if error.trouble in (Trouble.MISSING, Trouble.REFUSED, Trouble.FORBIDDEN, Trouble.MOVED):
                    return  # it answers; what it says is judged later
            finally:
                line.close()
            if time.monotonic() > until:
                raise _failed(f"it did not answer within {START_SECONDS:.0f} seconds")
            time.sleep(_POLL)

    def _require_ours(self) -> None:
        """Returns where the port belongs to the process that was started and is open to this machine alone."""
        if not (PROC / "net" / "tcp").exists():
            raise _failed("this system does not show whose port it is, so that its identity could not be vouched for")
        processes = descendants(os.getpid())
        waiting = listeners(self._port)
        if not waiting or not all(holds(processes, one.inode) for one in waiting):
            raise _failed("another process answers at its port")
        if not all(one.local for one in waiting):
            raise _failed("other machines can reach it", "make it listen to this machine alone, as --host 127.0.0.1")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_all(number: int, _frame: FrameType | None) -> None:
    kill_descendants(os.getpid())
    os._exit(128 + number)


def _refused(why: str) -> UsageError:
    return UsageError(
        "CERT-E543",
        "the command for a server cannot be used",
        why,
        "for example --serve 'vllm serve {model} --host 127.0.0.1 --port {port}'",
    )


def _failed(why: str, hint: str = "") -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E544",
        f"the server that certify started cannot be used: {why}",
        "certify vouches only for a server that it started itself on the files of the manifest",
        hint or "see what it said in the log beside the journal, or start the command by hand with a port of your own",
    )
