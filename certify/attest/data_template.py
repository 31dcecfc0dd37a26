"""An empty description of data, with what each field means."""

from __future__ import annotations

TEMPLATE = """\
# What the data steward says of the data: declared, not tested, and signed as it stands here.
# Every field is optional, and a field left out claims nothing. Take away "# " in front of what you fill in.
# Dates are YYYY-MM-DD, languages are tags (en, de-AT, zh-Hant), licences are SPDX expressions where one exists.

# name: example/corpus
# licence: CC-BY-4.0
# producedBy: filter                    # the step that produced it, as named in the in-toto layout
# summary: What the data is, in a few sentences.
# version: "1.0"
# issued: 2026-03-31
# location: https://example.org/corpus   # where its current description is kept
# provider:
#   name: Example Ltd
#   contact: data@example.org
#   representative: Example EU GmbH      # authorised representative in the Union, where there is one
# previous:                              # the version before
#   version: "0.9"
#   issued: 2025-12-31
#   identity: 0000000000000000000000000000000000000000000000000000000000000000

# Where the data came from, one entry a source. kind is one of
# public_dataset, licensed, other_private, crawled, user, synthetic, other.
# sources:
#   - name: Pages of example.org
#     kind: crawled
#     description: What is in it, and how it was chosen.
#     location: https://example.org
#     licence: CC-BY-4.0
#     rightsBasis: Why it may be used (licence, contract, exception in law).
#     consent: What the people concerned agreed to, and where that is documented.
#     collectedFrom: 2026-01-01
#     collectedUntil: 2026-03-31
#     collectedBy: example-crawler 2.1
#     topDomains: [example.org]          # for what was crawled, largest first
#     modalities: [text]
#     languages: [en]
#     identity: 0000000000000000000000000000000000000000000000000000000000000000
#     tokens: 1200000

# modalities: [text]                     # text, image, audio, video, other
# contentTypes: [scientific text]
# formats: [application/jsonl]
# size:
#   documents: 5000
#   tokens: 1200000
#   tokensByLanguage: {en: 900000, de: 300000}
#   tokenizer: tokenizer of the model
#   images: 0
#   audioHours: 0
#   videoHours: 0
#   band: 1K<n<10K                       # where no count is at hand
# languages: [en, de]
# collectedFrom: 2026-01-01
# collectedUntil: 2026-03-31
# cutoffDate: 2026-03-31                 # nothing in the data is younger
# method: How it was gathered or generated.
# originGeography: [European Union]
# processingGeography: [European Union only]
# storageGeography: [European Union only]
# confidentiality: internal
# consentDocumentation: https://example.org/consent
# intellectualProperty: Copyright, patents and trademarks that bear on it.

# personalData:
#   contains: possible                   # none, possible, present
#   categories: [names]
#   measures: [names replaced by example-scrub 1.4]
#   legalBasis: Why it may be processed.
# synthetic:
#   share: 0.0                           # 0 to 1
#   generators: [example/generator-7b]
#   method: How it was generated, and from what.
# rightsReservation:                     # opt-outs from text and data mining
#   respected: true
#   protocols: [robots.txt]
#   measures: What was done, before and after collection.
# illegalContent: What was done to keep illegal content out.
# decontamination:                       # your word; `certify scan` looks for itself
#   - method: 13-gram overlap
#     benchmarks: [gsm8k]
#     tool: example-decontaminate 1.0
#     removed: 12
#     doneOn: 2026-03-30

# preprocessing: [exact duplicates removed]
# annotation: [none]
# quality: What is known of its quality.
# biases: [mostly written by adults]
# limitations: [no medical text]
# intendedUse: What it is for.
# retention: How long it is kept, and what happens then.
"""
