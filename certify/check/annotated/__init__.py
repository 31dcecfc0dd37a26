"""Word problems whose solutions carry their calculations, ``<<16-3-4=9>>``: read as programs, and given twins."""

from certify.check.annotated.asking import Paired, paired_items, twin_questions, twins_of
from certify.check.annotated.programs import Program, program_of
from certify.check.annotated.twins import FEWEST_TWINS, Twin, draw_twin, has_twins, recomputed

__all__ = [
    "FEWEST_TWINS",
    "Paired",
    "Program",
    "Twin",
    "draw_twin",
    "has_twins",
    "paired_items",
    "program_of",
    "recomputed",
    "twin_questions",
    "twins_of",
]
