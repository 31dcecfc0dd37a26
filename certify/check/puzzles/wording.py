"""Words of puzzles: ordinary ones, and invented ones that the text defines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from certify.check.puzzles.solver import Clue
from certify.statistics.stream import Stream

_FIRST, _MIDDLE = "bdfgklmnprtvz", "bdgklmnprtvz"
_VOWELS = "aiou"
_REAL_WORDS = (
    "bali data diva dodo fado gala guru judo kilo lava lido logo mama mono papa polo puma pupa rota sago sari sumo"
    " taro tuba tuna tutu visa vita zulu bola bona buna fuji gaga goku kali kiwi koala lulu mini nana nova para pita"
    " raga saga soda sofa solo toga toto vino dada dido gogo lima luna mali mami moto nina numa prima"
)
_REAL = frozenset(_REAL_WORDS.split())
"""Words and names of that form which mean something already."""

PEOPLE = (
    "Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Iris", "Jack", "Kim", "Leo",
    "Mia", "Nora", "Otto", "Pia", "Quinn", "Rosa", "Sam", "Tess", "Uma", "Vera", "Will", "Zoe",
)  # fmt: skip


class Lexicon(NamedTuple):
    """The words of one puzzle."""

    names: tuple[str, ...]
    """Name of each variable."""
    relations: dict[str, str]
    """Invented word of each kind of clue that has one."""
    roles: tuple[str, ...] = ()
    """Names of the values, where they have any."""
    renamed: bool = False
    """Whether the words are invented."""

    def definition(self, kind: str, form: tuple[str, str]) -> str:
        """The sentence that defines an invented relation, of a form as in ``PuzzleFamily.meanings``."""
        pattern, meaning = form
        return f"{pattern.format(x='x', y='y', z='z', k='k', w=self.relations[kind])} means {meaning}."


def invented(stream: Stream, count: int, taken: Sequence[str] = ()) -> list[str]:
    """Different words of four letters that mean nothing, lower case."""
    words = dict.fromkeys(taken)
    while len(words) < len(taken) + count:
        word = "".join(stream.choice(part) for part in (_FIRST, _VOWELS, _MIDDLE, _VOWELS))
        if word not in _REAL:
            words[word] = None
    return [word for word in words if word not in taken]


def told(
    stream: Stream,
    clue: Clue,
    lexicon: Lexicon,
    phrases: Mapping[str, tuple[str, ...]],
    meanings: Mapping[str, tuple[str, str]],
    *,
    varied: bool,
) -> str:
    """A clue as a sentence: with its invented word, or in one of its ordinary wordings, the first unless varied."""
    fields = dict(zip("xyz", (lexicon.names[variable] for variable in clue.scope), strict=False))
    word = lexicon.relations.get(clue.kind)
    ordinary = phrases[clue.kind][: None if varied else 1]
    pattern = stream.choice(ordinary) if word is None else meanings[clue.kind][0]
    return pattern.format(**fields, k=clue.constant, w=word, roles=lexicon.roles) + "."


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
