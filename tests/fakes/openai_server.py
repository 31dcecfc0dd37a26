"""A server with OpenAI's interface that answers from the prompt and the seed alone, and misbehaves as it is told.

It runs in a test's own process or by itself: ``python tests/fakes/openai_server.py --port 8000 --model NAME``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("so", "we", "add", "the", "numbers", "and", "then", "it", "follows", "that", "this", "must", "be", "right")


def unlikelihood(ids: list[int], place: int) -> float:
    """How many nats a token costs after those before it."""
    return (sum(ids[:place]) % 97 + ids[place] % 11) / 16


def spoken(prompt: str, seed: int, max_tokens: int) -> tuple[str, int, str]:
    """(text, tokens, finish reason) of an answer; a token is a word."""
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode()).digest()
    wish = 3 + digest[0] % 17
    words = [WORDS[byte % len(WORDS)] for byte in digest[1 : 1 + wish]]
    if wish < max_tokens:
        return " " + " ".join([*words, str(int.from_bytes(digest[-2:]))]), wish + 1, "stop"
    return " " + " ".join(words[:max_tokens]), min(len(words), max_tokens), "length"


class World:
    """What the server is like; tests change it while it runs."""

    def __init__(self, model: str = "tiny", **traits: Any) -> None:
        self.model = model
        self.owner = "someone"
        self.api = ("completions", "chat/completions")
        self.delay = 0.0
        self.mode = ""
        self.bad: frozenset[str] = frozenset()
        """Prompts that hold one of these texts meet the mode; every prompt does when empty."""
        self.failures = 0
        """How often each bad prompt fails before it is answered; 0 for always."""
        self.key: str | None = None
        self.context = 4096
        self.reasoning_field: str | None = None
        self.echoes = True
        """Whether it tells log-probabilities of a prompt."""
        self.__dict__.update(traits)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.met: dict[str, int] = {}

    def misbehaves(self, prompt: str) -> bool:
        """Whether this request meets the mode."""
        if not self.mode or (self.bad and not any(text in prompt for text in self.bad)):
            return False
        with self.lock:
            self.met[prompt] = self.met.get(prompt, 0) + 1
            return not self.failures or self.met[prompt] <= self.failures


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    world: World

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """What the server is."""
        world = self.world
        if world.key is not None and self.headers.get("Authorization") != f"Bearer {world.key}":
            return self.give(401, {"error": {"message": f"wrong key {self.headers.get('Authorization')}"}})
        if self.path == "/v1/models":
            entry = {"id": world.model, "owned_by": world.owner, "max_model_len": world.context}
            return self.give(200, {"data": [entry]})
        if self.path == "/version":
            return self.give(200, {"version": "0.0-fake"})
        if self.path == "/props" and world.owner == "llamacpp":
            return self.give(200, {"build_info": "b0-fake", "default_generation_settings": {"n_ctx": 300}})
        return self.give(404, {"error": "no such page"})

    def do_POST(self) -> None:
        """An answer, or what stands for one."""
        world = self.world
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        document = json.loads(body)
        page = self.path.removeprefix("/v1/")
        prompt = document["prompt"] if page == "completions" else json.dumps(document.get("messages"))
        with world.lock:
            world.requests.append({"page": page, **document})
            world.headers.append(dict(self.headers))
            world.at_once += 1
            world.most_at_once = max(world.most_at_once, world.at_once)
        try:
            self.answered(page, prompt, document)
        finally:
            with world.lock:
                world.at_once -= 1

    def answered(self, page: str, prompt: str, document: dict[str, Any]) -> None:
        """Answers, or misbehaves."""
        world = self.world
        if page not in world.api:
            return self.give(404, {"detail": "Not Found"})
        if document["model"] != world.model:
            return self.give(404, {"error": {"message": f"The model `{document['model']}` does not exist."}})
        if world.key is not None and self.headers.get("Authorization") != f"Bearer {world.key}":
            return self.give(401, {"error": {"message": f"wrong key {self.headers.get('Authorization')}"}})
        time.sleep(world.delay)
        if isinstance(prompt, list):
            return self.scored(prompt)
        if len(prompt.split()) + document["max_tokens"] > world.context:
            return self.mode_long(None)
        text, tokens, finish = spoken(prompt, document["seed"], document["max_tokens"])
        reply = self.reply(page, text, tokens, finish, len(prompt))
        if not world.misbehaves(prompt):
            return self.give(200, reply)
        return getattr(self, f"mode_{world.mode}")(reply)

    def reply(self, page: str, text: str, tokens: int, finish: str, length: int) -> dict[str, Any]:
        """The JSON of an answer."""
        usage = {"completion_tokens": tokens, "prompt_tokens": length, "total_tokens": length + tokens}
        choice: dict[str, Any] = {"index": 0, "text": text, "finish_reason": finish}
        if page != "completions":
            message: dict[str, Any] = {"role": "assistant", "content": text}
            if self.world.reasoning_field is not None:
                message = {"role": "assistant", "content": text[-6:], self.world.reasoning_field: text[:-6]}
            choice = {"index": 0, "message": message, "finish_reason": finish}
        return {"id": "x", "model": self.world.model, "choices": [choice], "usage": usage}

    def scored(self, ids: list[int]) -> None:
        """Log-probabilities of a prompt of token ids, and of one token more."""
        reply = self.reply("completions", "", 1, "length", len(ids))
        if self.world.echoes:
            costs = [unlikelihood(ids, place) for place in range(1, len(ids))]
            top = [None, *({"a": -cost, "b": -cost / 2} for cost in costs), {"c": -1.0}]
            reply["choices"][0]["logprobs"] = {
                "tokens": [*map(str, ids), "c"],
                "token_logprobs": [None, *(-cost for cost in costs), -1.0],
                "top_logprobs": top,
            }
        if not self.world.misbehaves(" ".join(map(str, ids))):
            return self.give(200, reply)
        return getattr(self, f"mode_{self.world.mode}")(reply)

    def give(self, status: int, document: Any, **headers: str) -> None:
        """Sends JSON."""
        self.send(status, json.dumps(document).encode(), **headers)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        """Sends bytes."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def mode_busy(self, _: Any) -> None:
        """429 with a time to wait."""
        self.give(429, {"error": "slow down"}, Retry_After="0")

    def mode_broken(self, _: Any) -> None:
        """500."""
        self.give(500, {"error": "out of memory"})

    def mode_rude(self, _: Any) -> None:
        """Hangs up."""
        self.close_connection = True

    def mode_garbage(self, _: Any) -> None:
        """No JSON."""
        self.send(200, b"<html>\xff\x00")

    def mode_deep(self, _: Any) -> None:
        """JSON too deep for any reader."""
        self.send(200, b"[" * 200_000)

    def mode_form(self, _: Any) -> None:
        """JSON of another form."""
        self.give(200, {"choices": {"text": 1}, "usage": [1]})

    def mode_other(self, reply: Any) -> None:
        """Another model."""
        self.give(200, reply | {"model": "a-cheaper-one"})

    def mode_endless(self, reply: Any) -> None:
        """More tokens than were asked for."""
        self.give(200, reply | {"usage": {"completion_tokens": 10**6, "prompt_tokens": 1}})

    def mode_filtered(self, reply: Any) -> None:
        """An end that is none."""
        reply["choices"][0]["finish_reason"] = "content_filter"
        self.give(200, reply)

    def mode_halves(self, reply: Any) -> None:
        """Text with half a character and with U+0000."""
        reply["choices"][0]["text"] = "a\ud800b\u0000c"
        self.give(200, reply)

    def mode_torn(self, reply: Any) -> None:
        """Half of the body."""
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def mode_huge(self, _: Any) -> None:
        """A body without an end."""
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        block = b" " * (1 << 16)
        try:
            while True:
                self.wfile.write(block)
        except OSError:
            self.close_connection = True

    def mode_slow(self, _: Any) -> None:
        """A byte now and then."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass
        self.close_connection = True

    def mode_dripping(self, reply: Any) -> None:
        """A byte now and then, on a connection that ends with it."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(200):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    def mode_moved(self, _: Any) -> None:
        """A redirection."""
        self.give(307, {}, Location="http://192.0.2.1/v1/completions")

    def mode_unauthorized(self, _: Any) -> None:
        """401."""
        self.give(401, {"error": f"wrong key {self.headers.get('Authorization')}"})

    def mode_long(self, _: Any) -> None:
        """400."""
        self.give(400, {"error": "the prompt is too long"})

    def mode_costly(self, reply: Any) -> None:
        """A log-probability that is none."""
        reply["choices"][0]["logprobs"]["token_logprobs"][-2] = float("nan")
        self.give(200, reply)

    def mode_shorter(self, reply: Any) -> None:
        """Another number of tokens than were sent."""
        reply["usage"]["prompt_tokens"] -= 1
        self.give(200, reply)

    def mode_echo(self, reply: Any) -> None:
        """The credentials come back."""
        reply["choices"][0]["text"] = str(self.headers.get("Authorization"))
        self.give(200, reply)


class Quiet(ThreadingHTTPServer):
    """A server that does not tell of broken connections."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """Says nothing."""


def server_of(world: World, port: int = 0, host: str = "127.0.0.1") -> Quiet:
    """A server that is bound, but does not answer yet."""
    return Quiet((host, port), type("Bound", (Handler,), {"world": world}))


@contextmanager
def answering(world: World, port: int = 0) -> Iterator[str]:
    """A server in this process; gives its address."""
    server = server_of(world, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--owner", default="someone")
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--child", action="store_true", help="leave a child of another session behind")
    parser.add_argument("--die", type=int, help="end at once with this status")
    asked = parser.parse_args()
    if asked.die is not None:
        os._exit(asked.die)
    if asked.child and os.fork() == 0:
        os.setsid()
        time.sleep(600)
        os._exit(0)
    server_of(World(asked.model, owner=asked.owner, delay=asked.delay), asked.port, asked.host).serve_forever()


if __name__ == "__main__":
    main()
