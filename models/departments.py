"""Bodies that publish: their names brought to one form, department or unit, and a stable id.

An id names a body as publisher of one kind of account: a department's summary and the account of its own office (本级) are
different bodies here even under one name, so that their amounts never mix.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from data import read_toml
from models.regions import without_place
from models.text import clean, fold

_LEADING = re.compile(r"^[\d\s\-—_.、]+")
_BRACKETS = str.maketrans({"(": "（", ")": "）", "【": "（", "】": "）", "〔": "（", "〕": "）", "[": "（", "]": "）"})
_SHORT = re.compile(r"（(?:以下)?简称.*$")
_STAMP = re.compile(r"（(?:盖章|公章|签章|章)）")


@dataclass(frozen=True, slots=True)
class Body:
    """A body's name as published, without marks; whether the marks say unit or department (None: they say nothing)."""

    name: str
    kind: str | None
    mark: str | None


@lru_cache(maxsize=8192)
def normalise(text: str) -> Body:
    """Take a printed name apart: leading code and label, blanks, 盖章, and the marks （本级）, （汇总）… off."""
    vocabulary = read_toml("vocabulary/bodies.toml")
    name = clean(text).replace(" ", "").translate(_BRACKETS)
    for label in sorted(vocabulary["labels"], key=len, reverse=True):
        # A long label can do without its colon (a cell of its own); 单位 and 部门 alone begin names too.
        colon = "[:：]?" if len(label) >= 4 else "[:：]"
        match = re.match(rf"^{re.escape(label.translate(_BRACKETS))}(?:（盖章）)?{colon}", name)
        if match:
            name = name[match.end() :]
            break
    name = _LEADING.sub("", _STAMP.sub("", _SHORT.sub("", name))).strip("：:，,。.、；;-—_")
    # "…委员会部门2023年度部门决算": the word belongs to the account, not to the body.
    name = re.sub(r"(?<=[会局厅委院处所室])(?:部门|系统)$", "", name)
    for kind, marks in (("unit", vocabulary["unit_marks"]), ("department", vocabulary["department_marks"])):
        for mark in marks:
            if name.endswith(mark) and len(name) > len(mark) + 2:
                return Body(name[: -len(mark)].strip("-—_"), kind, mark)
    return Body(name, None, None)


def always_unit(name: str) -> bool:
    """Whether a body is a unit of some department by its name alone (a school, a hospital)."""
    return re.search(read_toml("vocabulary/bodies.toml")["always_unit"], name) is not None


def holder(name: str) -> str | None:
    """The department that a unit's name begins with (上海市文化和旅游局执法总队 → 上海市文化和旅游局), or None.

    Only offices (局, 厅, 委员会, courts…) hold units by name: a government or a party committee at the beginning of a name
    (上海市人民政府办公厅, 中共某市委员会党校) is where the body belongs, not whose unit it is.
    """
    vocabulary = read_toml("vocabulary/bodies.toml")["holders"]
    folded = fold(normalise(name).name)
    if re.search(vocabulary["never"], folded):
        return None
    match = re.match(vocabulary["pattern"], folded)
    if match is None:
        return None
    above, below = match.group("above"), match.group("below")
    return above if is_body(above) and is_body(above[:4] + below) else None


@lru_cache(maxsize=8192)
def identity(name: str, region_code: str | None) -> str:
    """What makes a name the name of one body within its place: without the place, its known forms made one."""
    bare = without_place(fold(normalise(name).name), region_code)
    for form in read_toml("vocabulary/bodies.toml")["same_body"]:
        bare = re.sub(form["pattern"], form["by"], bare)
    return bare


@lru_cache(maxsize=8192)
def department_id(name: str, region_code: str | None, kind: str = "department") -> str:
    """A stable id (16 hex digits) from the normalised name, the place and the kind (``department`` | ``unit``).

    A school or hospital is the same body whether its document calls itself 部门 or 单位; so is a body whose name is printed
    with or without the places above it, or with 中国共产党…委员会 for 中共…委.
    """
    bare = identity(name, region_code)
    key = "\x1f".join((bare, region_code or "", "unit" if always_unit(bare) else kind))
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[:16]


def is_body(name: str) -> bool:
    """Whether a text can be a body's name: of a fitting length, ending like one, and no title, table or placeholder."""
    folded = fold(name)
    if not 3 <= len(folded) <= 45 or re.search(r"[\d：，。；？！、“”《》%…]", folded):
        return False
    if re.search(r"[XＸ×x*＊]{2,}|一览|明细表|总表|合计|小计|单位：|年度", folded):
        return False
    if re.search(r"预算|决算", folded) and not re.search(r"(?:中心|局|处|所|科)$", folded):
        return False
    bare = re.sub(r"（[^（）]*）$", "", folded)
    endings: list[str] = read_toml("vocabulary/bodies.toml")["endings"]
    return any(bare.endswith(ending) for ending in endings)
