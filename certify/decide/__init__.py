"""Policies: what is asked of a model, and what verified evidence comes to under them."""

from certify.decide.decide import decide
from certify.decide.examples import ExampleResult, policy_tests
from certify.decide.explain import explain
from certify.decide.findings import Finding, Gravity
from certify.decide.lint import lint
from certify.decide.mutate import Mutant, mutate
from certify.decide.policy import (
    LoadedPolicy,
    Policy,
    load_policy,
    policy_from_document,
    read_policy,
    shipped_policies,
)
from certify.decide.schema import PolicyInput
from certify.decide.specimen import specimen

__all__ = [
    "ExampleResult",
    "Finding",
    "Gravity",
    "LoadedPolicy",
    "Mutant",
    "Policy",
    "PolicyInput",
    "decide",
    "explain",
    "lint",
    "load_policy",
    "mutate",
    "policy_from_document",
    "policy_tests",
    "read_policy",
    "shipped_policies",
    "specimen",
]
