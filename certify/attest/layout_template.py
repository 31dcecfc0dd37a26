"""Layouts to start from."""

from __future__ import annotations

from certify.errors import UsageError

STANDARD = """\
# Who may do what to the training data, in which order. Fill in the lines marked <-, then sign:
#   certify data layout layout.yaml root.layout --key owner.pem
# A rule is a line as in-toto writes it; whatever no rule of a list mentions is refused.

owner: Example Bank, data governance          # <- who answers for this layout
expires: {expires}                # <- past this time it no longer verifies

steps:
  - name: collect                             # the data as it comes in
    functionaries: [collector.pub]            # <- public keys that may sign the step
    products:
      - CREATE raw/*

  - name: license-review                      # reads everything, changes nothing, writes its findings
    functionaries: [lawyer.pub, privacy.pub]              # <-
    threshold: 2                              # both must sign, over the same files
    materials:
      - MATCH raw/* WITH PRODUCTS FROM collect
    products:
      - MATCH raw/* WITH PRODUCTS FROM collect
      - REQUIRE review/findings.md
      - CREATE review/*

  - name: filter                              # what may not be used goes
    functionaries: [engineer.pub]             # <-
    materials:
      - MATCH raw/* WITH PRODUCTS FROM license-review
      - MATCH review/* WITH PRODUCTS FROM license-review
    products:
      - CREATE filtered/*

  - name: decontaminate                       # copies of test questions go
    functionaries: [engineer.pub]             # <-
    materials:
      - MATCH filtered/* WITH PRODUCTS FROM filter
    products:
      - CREATE clean/*

  - name: train                               # the model, from this data alone
    functionaries: [trainer.pub]              # <-
    materials:
      - MATCH clean/* WITH PRODUCTS FROM decontaminate
    products:
      - CREATE model/*
"""
TEMPLATES = {"standard": STANDARD}


def layout_template(name: str, *, expires: str) -> str:
    """The text of a layout file to start from, with comments.

    Raises:
        UsageError: CERT-E057, there is no template of that name.
    """
    if name not in TEMPLATES:
        raise UsageError(
            "CERT-E057", f"there is no template {name[:80]!r}", hint=f"the templates are {', '.join(TEMPLATES)}"
        )
    return TEMPLATES[name].format(expires=expires)
