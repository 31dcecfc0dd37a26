"""The roomiest form is found, whatever the guess was, in few drawings."""

from types import SimpleNamespace
from typing import Any

import pytest

from certify.evidence.certificate import Level
from certify.issue.fitting import ANNEXES, DENSITIES, MOST_PAGES, Form, fitting
from certify.page.page import page_of
from tests.fakes.certificate_sample import certificate, policy, results


class Press:
    """Lays out documents whose first page is one page from one form on, and that are short from another on."""

    def __init__(self, fits_from: int, short_from: int) -> None:
        self.fits_from, self.short_from = fits_from, short_from
        self.asked: list[Form] = []

    def __call__(self, form: Form) -> Any:
        self.asked.append(form)
        fits = DENSITIES.index(form.density) >= self.fits_from
        pages = MOST_PAGES if ANNEXES.index(form.annex) >= self.short_from else 9
        first, second = SimpleNamespace(anchors={}), SimpleNamespace(anchors={"annexes": 0} if fits else {})
        return SimpleNamespace(pages=[first, second, *[first] * (pages - 2)], form=form)


@pytest.mark.parametrize("short_from", range(len(ANNEXES)))
@pytest.mark.parametrize("fits_from", range(len(DENSITIES) + 1))
@pytest.mark.parametrize("banded", [False, True])
def test_the_roomiest_form_is_found(fits_from: int, short_from: int, banded: bool) -> None:
    page = page_of(certificate(Level.ISSUER_RUN), results(), policy())._replace(development=banded)
    press, first = Press(fits_from, short_from), 1 if banded else 0
    form = fitting(page, press).form
    assert form.density == DENSITIES[min(max(fits_from, first), len(DENSITIES) - 1)]
    assert form.annex == ANNEXES[short_from]
    assert len(press.asked) == len(set(press.asked)) <= 5 + short_from
