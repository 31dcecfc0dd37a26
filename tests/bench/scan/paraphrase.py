"""A paraphrase as far as rules go: synonyms, contractions, clauses in another order. No model writes it.

It changes a fifth or so of the words of an English word problem and less of technical text, so recall on it says how a
scan does on light rewording. A person's or a model's paraphrase shares far less and is not found by words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_GROUPS = """
big large sizeable|small little tiny|buy purchase acquire|buys purchases acquires|bought purchased acquired|
get obtain receive|gets obtains receives|got obtained received|give hand|gives hands|gave handed|
find determine compute|total overall|altogether overall|many numerous|several various|need require|needs requires|
use employ utilise|uses employs utilises|used employed utilised|using employing utilising|make produce create|
makes produces creates|made produced created|show display present|shows displays presents|shown displayed presented|
start begin|starts begins|started began|end finish|ends finishes|ended finished|also additionally|but yet however|
because since as|if provided|when whenever|must has|should ought|may might can|allow permit enable|
allows permits enables|allowed permitted enabled|return yield|returns yields|returned yielded|set collection|
list sequence|number count|value quantity|file document|function routine|option setting|options settings|
default standard|error fault|errors faults|example instance|following subsequent|previous preceding prior|
first initial|last final|new fresh|same identical|different distinct|every each|all every|only solely|very highly|
fast quick rapid|slow sluggish|begin start|run execute|runs executes|call invoke|calls invokes|called invoked|
remove delete|removes deletes|removed deleted|add append|adds appends|added appended|change alter modify|
changes alters modifies|changed altered modified|contains holds includes|contain hold include|given supplied provided|
specify state|specified stated|specifies states|more additional|less fewer|before prior|after following|
about around roughly|children kids|money cash|job work|house home|car vehicle|street road|store shop|day date|
week seven-day|hours hrs|minutes mins|kilometers km|pays spends|pay spend|paid spent|cost price|costs prices|
sells vends|sell vend|sold vended|earns makes|earn make|left remaining|remaining left|each apiece|half one-half|
twice double|equal same|integers numbers|positive nonnegative|real actual|let suppose|compute calculate evaluate|
triangle three-sided|circle ring|point spot|points spots|length extent|area surface|such like|there here|
currently presently|available accessible|support handle|supports handles|supported handled|note remark|
object entity|objects entities|string text|directory folder|directories folders|package bundle|user person|
users people|program application|programs applications|information details|data details|read parse|write store|
written stored|create build|created built|creates builds|please kindly|usually typically|simply merely|
"""
_CONTRACTED = {
    "does not": "doesn't", "do not": "don't", "is not": "isn't", "are not": "aren't", "cannot": "can't",
    "will not": "won't", "it is": "it's", "that is": "i.e.", "for example": "e.g.", "in order to": "to",
    "a number of": "several", "as well as": "and", "how many": "what number of", "how much": "what amount of",
    "there are": "one finds", "there is": "one finds", "each of": "every one of", "must be": "has to be",
    "such as": "like", "so that": "in such a way that", "find the": "what is the", "let's": "let us",
}  # fmt: skip
SYNONYMS = {
    word: [other for other in group.split() if other != word]
    for group in re.sub(r"\s*\n\s*", "", _GROUPS).split("|")
    for word in group.split()
}
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_FRONTED = re.compile(
    r"^(If|When|After|Before|Since|Because|While|For|In|On|With|To) ([^,.]{8,80}), (.{8,}?)([.?!]?)$", re.S
)
_JOINED = re.compile(r"^([^,]{12,120}), and (.{12,}?)([.?!]?)$", re.S)


def paraphrased(text: str, _: Sequence[str], chance: Random) -> str | None:
    """The text reworded; None where the rules find fewer than two words or turns to change."""
    before = text
    for written, other in _CONTRACTED.items():
        text = re.sub(rf"\b{re.escape(written)}\b", other, text, flags=re.I)
    sentences = [_turned(sentence) for sentence in _SENTENCE.split(text)]
    text = _WORD.sub(lambda m: _synonym(m[0], chance), " ".join(sentences))
    return text if len(set(before.split()) - set(text.split())) >= 2 else None


def _synonym(word: str, chance: Random) -> str:
    others = SYNONYMS.get(word.lower())
    if not others:
        return word
    other = chance.choice(others)
    return other.capitalize() if word[0].isupper() else other


def _turned(sentence: str) -> str:
    """A clause in front goes behind; two joined by "and" change places."""
    if found := _FRONTED.match(sentence):
        return f"{found[3][0].upper()}{found[3][1:]} {found[1].lower()} {found[2]}{found[4] or '.'}"
    if found := _JOINED.match(sentence):
        return f"{found[2][0].upper()}{found[2][1:]}; {found[1][0].lower()}{found[1][1:]}{found[3] or '.'}"
    return sentence
