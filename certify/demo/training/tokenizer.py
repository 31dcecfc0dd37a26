"""The tokenizer both demo models share: byte-level BPE over the grammar, one token a digit.

It is trained on generated problems of its own seed, never on the static benchmark.
"""

from __future__ import annotations

import hashlib
from typing import Any

from certify.check.families import FAMILIES, generate_items
from certify.demo.benchmark import LEVEL
from certify.demo.training.first import drawn_letters
from certify.demo.training.scratchpads import END, FIRST_SCRATCHPADS, text_of

SEED = hashlib.sha256(b"certify/demo/tokenizer/v1").digest()
PER_FAMILY = 1_500
VOCABULARY = 1_024
PAD = "<|pad|>"
# A leading space is glued to a digit, a word or a mark, so numbers look alike wherever they stand.
PIECES = r" ?[0-9]| ?[A-Za-z]+| ?[^A-Za-z0-9\s]|\s"


def build() -> Any:
    """The trained tokenizer (``PreTrainedTokenizerFast``); the think tags are ordinary added tokens."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [
        text_of(problem, FIRST_SCRATCHPADS).removesuffix(END).replace("<think>", "").replace("</think>", "")
        for family in FAMILIES
        for problem in (
            drawn_letters(SEED, PER_FAMILY, purpose="tokenizer")
            if family == "boolean"
            else generate_items(SEED, family, LEVEL, PER_FAMILY, purpose="tokenizer")
        )
    ]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in ("<think>", "</think>")])
    made: Any = PreTrainedTokenizerFast
    return made(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        padding_side="left",
        model_max_length=256,
        clean_up_tokenization_spaces=False,
    )
