"""Log-probabilities of given texts by a server whose completions can repeat a prompt and tell those of its tokens.

The prompt goes out as token ids, so that the text is cut into the tokens of the model's own files and into no others.
Source: ``echo`` and ``logprobs`` of OpenAI's completions, as vLLM gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from certify.engines.asking import MAX_ERROR_SHARE, ask_all, persistently
from certify.engines.codec import Codec
from certify.engines.connection import AskingError, Line, Route, Trouble
from certify.engines.scoring import Encoded, Keep, Passage, Scores, Window, encoded, score_of
from certify.evidence.scores import TextScore

NOT_GIVEN = frozenset({Trouble.REFUSED, Trouble.MISSING, Trouble.GARBLED})
"""How servers answer that do not know what they are asked for."""
PROBE = "one two three"
Post = Callable[[Line, dict[str, Any], int], Any]
"""Sends a request for so many tokens over a line, and gives what came back; raises AskingError."""


class ServerScorer:
    """Scores texts behind a server.

    Args:
        route: to the server.
        post: sends a request in the server's own wording.
        codec: the model's tokenizer.
        context_length: most tokens it reads.
        at_once: texts in flight.
    """

    def __init__(self, route: Route, post: Post, codec: Codec, context_length: int, at_once: int) -> None:
        self._route, self._post, self._codec = route, post, codec
        self._context_length, self._at_once = context_length, at_once

    def gives(self) -> bool:
        """Whether the server tells log-probabilities of a text.

        Raises:
            AskingError: it cannot be asked at all.
        """
        probe = encoded(Passage.of("", PROBE), self._codec, self._context_length)
        line = Line(self._route)
        try:
            return persistently(lambda: self._told(line, probe))
        except AskingError as error:
            if error.trouble is Trouble.BUSY:  # some servers answer with a 500 where they cannot do a thing
                return False
            raise
        finally:
            line.close()

    def score(self, passages: Sequence[Passage], done: frozenset[str], keep: Keep) -> None:
        """Scores what is not done, in the order asked, each kept when it is there."""
        every = [encoded(passage, self._codec, self._context_length) for passage in passages if passage.key not in done]
        refused = [score_of(one, []) for one in every if not one.windows]
        if refused:
            keep(refused)
        waiting = [one for one in every if one.windows]
        if waiting:
            allowed = max(1, int(MAX_ERROR_SHARE * len(passages)))
            ask_all(
                self._route,
                waiting,
                self._ask,
                keep,
                failed=lambda one, _: score_of(one._replace(windows=[]), []),
                name=lambda one: one.passage.key,
                at_once=self._at_once,
                allowed_errors=allowed,
            )

    def _told(self, line: Line, probe: Encoded) -> bool:
        try:
            return not self._ask(line, probe).failed
        except AskingError as error:
            if error.trouble in NOT_GIVEN:
                return False
            raise

    def _ask(self, line: Line, one: Encoded) -> TextScore:
        return score_of(one, [self._read(line, window) for window in one.windows])

    def _read(self, line: Line, window: Window) -> Scores:
        asked = {"prompt": window.ids, "max_tokens": 1, "temperature": 0, "echo": True, "logprobs": 1, "stream": False}
        return read_scores(self._post(line, asked, len(window.ids)), window)


def read_scores(document: Any, window: Window) -> Scores:
    """The scores of a window in the JSON of a server, of which only the scored tokens are looked at.

    Raises:
        AskingError: it holds none, or others than were asked for.
    """
    try:
        told = document["choices"][0]["logprobs"]
        values, likelier = told["token_logprobs"], told["top_logprobs"]
        counted = document["usage"]["prompt_tokens"]
        wanted = slice(window.start, len(window.ids))
        own = [_number(value) for value in values[wanted]]
        best = [max(map(_number, one.values())) for one in likelier[wanted]]
    except (TypeError, KeyError, IndexError, ValueError, AttributeError) as error:
        raise AskingError(Trouble.GARBLED, "it holds no log-probabilities of the prompt") from error
    if counted != len(window.ids) or len(own) != len(window.ids) - window.start or len(best) != len(own):
        raise AskingError(Trouble.GARBLED, f"it read {str(counted)[:20]} tokens where {len(window.ids)} were sent")
    return Scores(own, all(value >= most for value, most in zip(own, best, strict=True)))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e-3:
        raise ValueError("no log-probability")
    return float(value)
