"""An empty declaration, with what each field means."""

from __future__ import annotations

TEMPLATE = """\
# What the owner says of the model: declared, not tested, and signed as it stands here.
# owner and intendedUse must be there; every other field is optional, and a field left out claims nothing.
# Take away "# " in front of what you fill in.

# owner: Example Ltd                     # who answers for the model
# intendedUse: What it is for.

# prohibitedUse: What it must not be used for.
# population: Whom its use concerns.
# deployment: Where and how it runs.
# monitoring: How it is watched in use.
# decisionRole: What part its answers play in decisions (informs, recommends, decides).
# users: Who works with it, and what they must know.
# outOfScope:
#   - A use it was not made for.
# knownRisks:
#   - A known risk or limitation.
# humanOversight: Who can overrule or stop it, and how.
# updatePolicy: When and how it changes, or that it is frozen.
# contact: safety@example.org            # where to report a problem
# languages: [en, de]
# licence: Apache-2.0                    # SPDX expression where one exists
# baseModel: example/base-1b             # the model it was made from
# version: "1.0"
# placedOnMarket: 2026-04-01             # first day on the Union market
# declaredAt: 2026-03-31T12:00:00Z       # the moment of signing when left out
"""
