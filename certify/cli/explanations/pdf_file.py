"""Codes 580 to 599: what was done to a certificate's file, its X.509 certificates, its archive."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

_ORIGINAL = "Ask the issuer or the registry for the original file."

CODES = {
    "CERT-E580": Explanation(
        "The PDF's signature is damaged or written in another way",
        "The bytes of the signature itself were changed: a flipped bit, another spelling of the same value, something "
        f"put beside it. The content may be intact, but nobody can tell any more. {_ORIGINAL}",
    ),
    "CERT-E581": Explanation(
        "Another program has saved the PDF",
        "The file was opened and written anew, which breaks the signature even if nothing visible changed. Printing to "
        f"PDF, compressing and merging do this. {_ORIGINAL}",
    ),
    "CERT-E582": Explanation(
        "The PDF has a revision that no certificate has",
        "A certificate is one page description and one signature. A further layer, even one under the signature, could "
        f"replace what the pages show. Do not rely on it. {_ORIGINAL}",
    ),
    "CERT-E583": Explanation(
        "The PDF is signed in a way that permits changes",
        "The signature is of another kind than certify makes: it allows forms to be filled in or notes to be added, "
        f"which can cover what the page says. Do not rely on it. {_ORIGINAL}",
    ),
    "CERT-E584": Explanation(
        "The PDF's form is not that of a certificate",
        "There is a second signature, another field, or the field goes by another name. A certificate has exactly one "
        f"invisible signature field. Do not rely on it. {_ORIGINAL}",
    ),
    "CERT-E585": Explanation(
        "The PDF carries other files than its bundle asks for",
        "A file was added, left out, renamed or marked as something else. What is attached to a certificate follows "
        f"from the bundle alone. Do not rely on it. {_ORIGINAL}",
    ),
    "CERT-E586": Explanation(
        "An attached file says something else than the bundle",
        "The statement and the log proof are attached a second time for other people's tools, and here the two copies "
        f"differ. Rely on neither. {_ORIGINAL}",
    ),
    "CERT-E587": Explanation(
        "The PDF's metadata does not match the certificate inside",
        "The metadata names another serial or another bundle than the one attached, so an archive would file the "
        f"document wrongly. Do not rely on it. {_ORIGINAL}",
    ),
    "CERT-E588": Explanation(
        "Something in the PDF acts, hides or lies over a page",
        "A script, a link, a layer, a note or a drawing over the page: no certificate has any. Do not rely on it, and "
        f"do not open it in a viewer that runs scripts. {_ORIGINAL}",
    ),
    "CERT-E589": Explanation(
        "The PDF is signed by another key than the certificate inside",
        "Somebody took a genuine bundle and drew pages of their own around it. Do not rely on what the pages show; the "
        "bundle can be checked on its own.",
    ),
    "CERT-E590": Explanation(
        "The X.509 certificates of the PDF's signature do not hold together",
        "One of them was not issued by the next, was not valid when the PDF was signed, may not do what it was used "
        "for, or is revoked. PDF readers would show a name that nobody vouches for.",
    ),
    "CERT-E591": Explanation(
        "The archived PDF has an addition that is not an archive's",
        "What was added after the issuer's signature is not exactly the revocation data and the timestamp that "
        "`certify archive` adds. It could show other pages. Check the original file instead.",
    ),
    "CERT-E592": Explanation(
        "The PDF cannot be archived with what is at hand",
        "A long-term copy holds every certificate behind its signatures and, for each of them, word that it was not "
        "revoked. The message names what is missing and where to get it.",
    ),
    "CERT-E593": Explanation(
        "The page was drawn by other programs or fonts than these",
        "Drawn again here it comes out otherwise, and the renderer is another one than the issuer's, so nothing "
        "follows from it. Install the versions that the message names and audit again.",
    ),
    "CERT-E594": Explanation(
        "The X.509 certificate or authority cannot be used as given",
        "The chain does not belong to the issuer's key, is not complete, or the workspace has no authority or has one "
        "already. Nothing was changed.",
    ),
    "CERT-E595": Explanation(
        "The PDF is not the one that the registry logged",
        "The registry holds a digest of every byte of the file that was issued, and this is another file. The bundle "
        f"inside may be genuine, the pages need not be. {_ORIGINAL}",
    ),
}
