"""How a publisher lays its documents out: everything that varies between families, as one settings object."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Layout:
    """Choices of one publisher.

    codes: ``split`` (类/款/项 in three columns), ``column`` (one code column), ``indent`` (names only, indented),
    ``dash`` and ``bracket`` (code and name in one cell). split_full: children repeat the codes of their parents.
    unit: unit of the tables (三公 and prose are in 万元 all the same). decimals: printed decimals. zero: how a zero is
    printed. number_row: ``栏次``, ``**`` or none. label: pattern of the form number, e.g. ``公开{n:02d}表``.
    total: 合计 row ``first`` or ``last``. sides: 2 or 3 lists side by side in the overview. all_classes: the overview
    lists every 类 of the year. repeat_header: continuation pages repeat the header. body_line: words before the name of
    the body, on the unit's line or above it. indent: leading blanks by level where names are indented.
    numbered: income rows carry 一、二、. grant_prior_year: 一般公共预算支出表 of a budget also prints the year before,
    with growth_column its growth in percent (no amount). drop_empty: columns without any amount are left out.
    title_inside: title and unit line are rows of the table. narrow_codes: the code column is so narrow that codes wrap.
    nested_grants: the overview prints 财政拨款收入 with its funds as 其中 rows. other_forms: a budget also has tables
    outside the official list (procurement, running cost, bought services).
    """

    codes: str = "column"
    split_full: bool = True
    unit: str = "万元"
    decimals: int = 2
    separators: bool = True
    zero: str = ""
    number_row: str = ""
    label: str = ""
    total: str = "first"
    sides: int = 2
    all_classes: bool = True
    repeat_header: bool = True
    body_line: str = ""
    unit_line: str = "单位"
    indent: int = 0
    numbered: bool = True
    basic: str = "columns"
    three_public: str = "wide"
    blank_rows: int = 0
    notes: bool = True
    wording: str = "plain"
    landscape: bool = False
    subset_column: bool = False
    detail_forms: bool = False
    toc: bool = True
    prose_last: bool = False
    font_size: float = 8.5
    grant_prior_year: bool = False
    growth_column: bool = False
    drop_empty: bool = False
    title_inside: bool = False
    narrow_codes: bool = False
    nested_grants: bool = False
    other_forms: bool = False


FAMILIES: dict[str, Layout] = {
    # 类/款/项 split into three columns, two-sided overview and basic expenditure, no header on continuation pages
    "split": Layout(
        codes="split", zero="", basic="two_sided", repeat_header=False, total="last", sides=2, three_public="wide",
        indent=0, blank_rows=3, wording="final_split",
    ),
    # the central 公开01–09 set: one code column, 栏次 row, 合计 first, header repeated on each page
    "public": Layout(
        codes="column", zero="0.00", number_row="栏次", label="公开{n:02d}表", body_line="部门", basic="two_sided",
        landscape=True, all_classes=True, wording="final_public",
    ),
    # no codes at all: indentation only, a ** row of column numbers
    "indent": Layout(
        codes="indent", indent=1, number_row="**", label="附表{n}", zero="", all_classes=False, total="first",
        basic="columns", three_public="rows", body_line="部门名称", numbered=True,
    ),
    # code and name joined by a dash, six decimals
    "dash": Layout(
        codes="dash", decimals=6, separators=False, label="预算{n:02d}表", zero="0.000000", landscape=True,
        body_line="", basic="columns", all_classes=False, unit_line="金额单位",
    ),
    # [2080501]行政单位离退休, zeros printed, header repeated
    "bracket": Layout(
        codes="bracket", indent=1, zero="0.00", label="表{n}", body_line="单位名称", basic="columns", three_public="rows",
        landscape=True,
    ),
    # one column of codes, three lists side by side in the overview
    "three": Layout(
        codes="column", indent=1, label="公开{n:02d}表", sides=3, body_line="部门", zero="", basic="columns",
        all_classes=True,
    ),
    # tables in 元, three-column codes, 三公 and prose in 万元
    "yuan": Layout(
        codes="split", split_full=True, unit="元", decimals=0, zero="0", body_line="编制部门", basic="columns",
        landscape=True, total="last", all_classes=False, wording="yuan", three_public="wide",
    ),
    # final account of thirteen forms after the narrative
    "thirteen": Layout(
        codes="split", zero="0.00", number_row="栏次", label="公开{n:02d}表", body_line="单位", basic="two_sided",
        detail_forms=True, all_classes=True, wording="final_public", prose_last=False,
    ),
}  # fmt: skip
"""Families seen among publishers, by name."""


def vary(layout: Layout, rng: random.Random) -> Layout:
    """A random relative of a family: other zero signs, label, rows of numbers, page habits."""
    return replace(
        layout,
        zero=layout.zero if layout.decimals == 6 else rng.choice(["", "0.00", "0", layout.zero]),
        separators=rng.random() < 0.7,
        number_row=rng.choice(["", "栏次", "**", layout.number_row]),
        total=rng.choice(["first", "last", layout.total]),
        repeat_header=rng.random() < 0.6,
        split_full=rng.random() < 0.6,
        all_classes=rng.random() < 0.6,
        body_line=rng.choice(["", "部门", "单位名称", "编制单位", layout.body_line]),
        unit_line=rng.choice(["单位", "金额单位"]),
        blank_rows=rng.choice([0, 0, 2, 6]),
        basic=rng.choice(["columns", "two_sided", "list"]),
        three_public=rng.choice(["wide", "rows", layout.three_public]),
        label=rng.choice([layout.label, "表{n}", "公开{n:02d}表", ""]),
        indent=layout.indent if layout.codes == "indent" else rng.choice([0, 1]),
        numbered=rng.random() < 0.8,
        landscape=rng.random() < 0.5,
        subset_column=rng.random() < 0.3,
        notes=rng.random() < 0.7,
        font_size=rng.choice([7.5, 8.5, 9.5]),
        wording=rng.choice(["plain", layout.wording]),
        grant_prior_year=rng.random() < 0.4,
        growth_column=rng.random() < 0.5,
        drop_empty=rng.random() < 0.3,
        title_inside=rng.random() < 0.2,
        narrow_codes=rng.random() < 0.15,
        nested_grants=rng.random() < 0.3,
        sides=layout.sides if rng.random() < 0.7 else rng.choice([2, 3]),
    )
