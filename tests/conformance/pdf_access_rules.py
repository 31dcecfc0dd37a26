"""PDF/UA-1, and the structure that PDF/A-3a asks for: what validators flag in files like ours, one function a clause.

Source: ISO 14289-1:2014 (PDF/UA-1), the Matterhorn Protocol 1.1, ISO 32000-1:2008 clause 14.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pikepdf

from tests.conformance.pdf_content import pages_and_forms

Rule = Callable[[pikepdf.Pdf], Iterator[str]]
PDFUA = "http://www.aiim.org/pdfua/ns/id/"
_GROUPS = "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6"
_ITEMS = "L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby"
STANDARD = {*_GROUPS.split(), *_ITEMS.split(), "Warichu", "RB", "RT", "RP", "WT", "WP", "Figure", "Formula", "Form"}
"""Source: ISO 32000-1:2008, 14.8.4."""
PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
    "LI": {"L"},
    "LBody": {"LI"},
}
"""Source: ISO 32000-1:2008, tables 336 and 337."""
PAINTING = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do", "INLINE IMAGE"}

Element = pikepdf.Dictionary


def declaration(pdf: pikepdf.Pdf) -> Iterator[str]:
    """5 and 7.1: the metadata says PDF/UA-1 and has the title, the window shows it, the file is marked as tagged."""
    with pdf.open_metadata() as fields:
        if fields.get(f"{{{PDFUA}}}part") != "1":
            yield "does not say that it is PDF/UA-1"
        if not str(fields.get("dc:title", "")).strip():
            yield "no title in the metadata"
    marked = pdf.Root.get("/MarkInfo", {})
    if not marked.get("/Marked", False) or marked.get("/Suspects", False):
        yield "not marked as tagged, or with suspects"
    if not pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "the window would not show the title"


def language(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.2: the language of the text is known. Source: RFC 5646 for its form."""
    named = [str(pdf.Root.get("/Lang", "")), *(str(one.Lang) for one in elements(pdf) if "/Lang" in one)]
    if not all(re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", one) for one in named):
        yield f"languages {named}"


def tagging(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.1: all that is drawn is either real content with a place in the structure or an artifact."""
    for where, content in pages_and_forms(pdf):
        depth = marked = 0
        for operands, operator in content:
            name = str(operator)
            if name in ("BDC", "BMC"):
                depth += 1
                own = str(operands[0]) == "/Artifact" or (len(operands) > 1 and "/MCID" in operands[1])
                marked = depth if own and not marked else marked
            elif name == "EMC":
                marked = 0 if marked == depth else marked
                depth -= 1
            elif name in PAINTING and not marked and not where.startswith("form"):
                yield f"{where}: {name} is neither tagged nor an artifact"
                break
        if depth:
            yield f"{where}: marked content that does not end"


def parent_tree(pdf: pikepdf.Pdf) -> Iterator[str]:
    """14.7.4 of ISO 32000-1: each marked content leads to an element that has it as its kid, once."""
    if "/StructTreeRoot" not in pdf.Root:
        yield "no structure"
        return
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    tree = dict(zip((int(one) for one in numbers[::2]), numbers[1::2], strict=True))
    for number, (page, (_where, content)) in enumerate(zip(pdf.pages, pages_and_forms(pdf), strict=False), 1):
        drawn = [int(one[0][1]["/MCID"]) for one in content if str(one[1]) == "BDC" and "/MCID" in one[0][1]]
        owners = tree.get(int(page.get("/StructParents", -1)))
        if len(drawn) != len(set(drawn)) or (drawn and owners is None):
            yield f"page {number}: content numbers twice, or no parents"
            continue
        for one in drawn:
            if one >= len(owners) or one not in _contents(owners[one]):
                yield f"page {number}: content {one} has no element"


def _contents(element: Element) -> set[int]:
    found = set()
    for kid in _kids(element):
        if isinstance(kid, int):
            found.add(kid)
        elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
            found.add(int(kid.MCID))
    return found


def roles(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.1: standard kinds of elements, or such as are mapped to one; kids know their parents."""
    mapped = {str(one)[1:] for one in pdf.Root.get("/StructTreeRoot", {}).get("/RoleMap", {})}
    for one in elements(pdf):
        if kind(one) not in STANDARD | mapped:
            yield f"an element {one.S}"
        for kid in _kids(one):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid and kid.P.objgen != one.objgen:
                yield f"{kid.S} does not lead back to its parent"


def nesting(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.2: rows in tables, cells in rows, items in lists."""
    for one in elements(pdf):
        allowed = PARENTS.get(kind(one))
        if allowed and kind(one.P) not in allowed:
            yield f"{kind(one)} in {kind(one.P)}"
        if kind(one) == "Table" and len({_cells(row) for row in elements_of(one) if kind(row) == "TR"}) > 1:
            yield "a table whose rows have unequal numbers of cells"


def _cells(row: Element) -> int:
    spans = []
    for kid in _kids(row):
        attributes = kid.get("/A", {})
        listed = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
        spans.append(max((int(one.get("/ColSpan", 1)) for one in listed), default=1))
    return sum(spans)


def tables(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.5: each data cell has headers, by scope or by identifiers that exist."""
    identifiers = {bytes(one.ID) for one in elements(pdf) if kind(one) == "TH" and "/ID" in one}
    for table in (one for one in elements(pdf) if kind(one) == "Table"):
        cells = list(elements_of(table))
        scoped = any(kind(one) == "TH" and "/Scope" in str(one.get("/A", "")) for one in cells)
        for cell in (one for one in cells if kind(one) == "TD"):
            attributes = cell.get("/A", {})
            listed = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
            named = {bytes(name) for one in listed for name in one.get("/Headers", [])}
            if (not scoped and not named) or named - identifiers:
                yield "a data cell without headers"


def figures(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.3: every figure says what it shows, and where it is."""
    for one in elements(pdf):
        if kind(one) in ("Figure", "Formula") and not (str(one.get("/Alt", "")) or str(one.get("/ActualText", ""))):
            yield f"a {kind(one)} without alternate text"
        if kind(one) == "Figure" and "/BBox" not in one.get("/A", {}):
            yield "a figure without its bounds"


def headings(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.4: numbered, beginning with the first level, none skipped."""
    levels = [int(kind(one)[1]) for one in elements(pdf) if re.fullmatch(r"H[1-6]", kind(one))]
    if any(kind(one) == "H" for one in elements(pdf)):
        yield "a heading without a number"
    if not levels or levels[0] != 1 or any(after > before + 1 for before, after in pairwise(levels)):
        yield f"headings of levels {levels}"


def annotations(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.18: in the order of the structure; visible ones are described and have a place in it."""
    for number, page in enumerate(pdf.pages, 1):
        shown = [one for one in page.get("/Annots", []) if _visible(one)]
        if "/Annots" in page and page.get("/Tabs") != "/S":
            yield f"page {number}: annotations in another order than the structure's"
        for one in shown:
            if "/StructParent" not in one or not (str(one.get("/Contents", "")) or str(one.get("/TU", ""))):
                yield f"page {number}: an annotation without a place or a description"


def _visible(one: pikepdf.Dictionary) -> bool:
    left, bottom, right, top = (float(edge) for edge in one.Rect)
    return right > left and top > bottom and not int(one.get("/F", 0)) & 2


def attachments(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.11: attached files have their name in both forms."""
    for one in list(pdf.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", []))[1::2]:
        if not {"/F", "/UF"} <= set(one.keys()):
            yield "an attachment without a name"


def kind(element: Element) -> str:
    """The kind of a structure element, without the slash; empty for the root."""
    return str(element.get("/S", "/"))[1:]


def elements(pdf: pikepdf.Pdf) -> Iterator[Element]:
    """All structure elements, in reading order."""
    if "/StructTreeRoot" in pdf.Root:
        yield from elements_of(pdf.Root.StructTreeRoot)


def elements_of(parent: Element) -> Iterator[Element]:
    """The elements below another, in reading order."""
    for kid in _kids(parent):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements_of(kid)


def _kids(element: Element) -> list[object]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


ACCESS_RULES: tuple[Rule, ...] = (
    declaration, language, tagging, parent_tree, roles, nesting, tables, figures, headings, annotations, attachments,
)  # fmt: skip


def access_findings(data: bytes) -> list[str]:
    """What is wrong with a file by these rules, each with the rule's name before it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [f"{rule.__name__}: {said}" for rule in ACCESS_RULES for said in rule(pdf)]
