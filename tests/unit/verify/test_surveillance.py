from dataclasses import replace

import pytest

from certify.decide import load_policy
from certify.decide.compare import compare
from certify.decide.inheritance import extend
from certify.decide.source import Source
from certify.errors import HostileInput, UsageError
from certify.evidence.certificate import Level
from certify.verify.facts import check_term, surveillance_due
from tests.fakes.certificate_sample import certificate

STARTER = load_policy("starter", tried=False)


def asking(days):
    return replace(STARTER, policy=STARTER.policy.model_copy(update={"surveillance_days": days}))


def test_it_is_due_so_many_days_after_the_start_and_never_after_the_end():
    start, end = "2026-11-23T17:00:05Z", "2027-05-22T17:00:05Z"
    assert surveillance_due(asking(90).policy, start, end) == "2027-02-21T17:00:05Z"
    assert surveillance_due(asking(180).policy, start, end) is None
    assert surveillance_due(STARTER.policy, start, end) is None


@pytest.mark.parametrize(("days", "told"), [(90, None), (None, "2027-02-21T17:00:05Z"), (90, "2027-03-01T17:00:05Z")])
def test_a_certificate_that_names_another_day_than_its_policy_is_refused(days, told):
    value = certificate(Level.ISSUER_RUN, next_surveillance=told)
    with pytest.raises(HostileInput) as error:
        check_term(value, asking(days))
    assert error.value.code == "CERT-E090"


def test_the_day_that_the_policy_asks_for_is_accepted():
    check_term(certificate(Level.ISSUER_RUN, next_surveillance="2027-02-21T17:00:05Z"), asking(90))
    check_term(certificate(Level.ISSUER_RUN), STARTER)


def test_a_policy_that_extends_another_may_ask_for_it_sooner_and_not_later():
    own = STARTER.policy.model_copy(update={"checks": (), "rules": (), "id": "own", "extends": "starter"})
    source = Source(None, {}, "policy", {})
    for base, asked, found in ((90, None, 90), (90, 30, 30), (None, 30, 30), (None, None, None)):
        extended = extend(asking(base).policy, own.model_copy(update={"surveillance_days": asked}), source)
        assert extended.surveillance_days == found
    with pytest.raises(UsageError) as error:
        extend(asking(30).policy, own.model_copy(update={"surveillance_days": 90}), source)
    assert error.value.code == "CERT-E051"


def test_asking_for_it_is_stricter():
    (change,) = compare(STARTER, asking(90))
    assert (change.kind, change.effect, change.message) == ("surveillance_days", "stricter", "never became 90")
    (change,) = compare(asking(30), asking(90))
    assert change.effect == "looser"
