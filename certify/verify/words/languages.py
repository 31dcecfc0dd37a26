"""Languages as people call them, from BCP 47 tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from certify.evidence.base import Value
from certify.evidence.results import PrivateSetResult

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "ga": "Irish", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "lb": "Luxembourgish", "lt": "Lithuanian", "lv": "Latvian",
    "mt": "Maltese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip
"""Language subtag to its English name. Source: IANA language subtag registry."""


def language_words(tags: Iterable[str]) -> str:
    """``English, German``; a tag with more to it, or of another language, stands as it is."""
    return ", ".join(dict.fromkeys(NAMES.get(tag, tag) for tag in tags))


def languages_tested(results: Mapping[str, Value]) -> str:
    """The languages of all private sets in a line, sorted; empty where there are none."""
    tags = {tag for result in results.values() if isinstance(result, PrivateSetResult) for tag in result.languages}
    return language_words(sorted(tags, key=lambda tag: (NAMES.get(tag, tag), tag)))
