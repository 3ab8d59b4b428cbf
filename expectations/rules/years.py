"""Across documents: this year's prior-year column against last year's document, final account against budget."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import OFFICIAL_OPEN

_READS = ("document", "line_item")

# One figure for each body, kind, year and code: only documents in force, only tables that are the only one of their form.
_FIGURES = """SELECT x.*, d.scope FROM x_item x JOIN x_document d USING (document_id)
   WHERE d.status = 'published' AND x.department_id IS NOT NULL AND x.form IN ('general_expenditure', 'expenditure', 'income', 'three_public')
         AND x.n = 1 AND x.body = '' AND NOT x.sub AND (x.fc IS NOT NULL OR x.role IS NOT NULL OR x.form = 'three_public')
   QUALIFY count(*) OVER (PARTITION BY x.document_id, x.key) = 1"""


_TOLD = "('总计', '本年收入合计', '本年支出合计', '一般公共预算财政拨款支出', '机关运行经费', '“三公”经费合计', '公务接待费', '公务用车运行维护费', '因公出国（境）费')"

# The expenditure of a body in a year, once a document.
_HEADLINES = """SELECT x.* FROM x_head x JOIN x_document d USING (document_id)
   WHERE d.status = 'published' AND x.form = 'expenditure' AND x.component = 'total' AND x.fund = 'all' AND x.n = 1 AND x.body = '' AND x.alone
         AND x.department_id IS NOT NULL AND x.year = x.document_year AND x.measure IN ('budget', 'final')
   QUALIFY row_number() OVER (PARTITION BY x.document_id ORDER BY x.measure DESC, x.row_no) = 1"""


def _across(identifier: str, title: str, expected: str, join: str, severity: str, remedy: str, note: str) -> Rule:
    return Rule(
        id=identifier,
        family="years",
        severity=severity,  # type: ignore[arg-type]
        title=title,
        expected=expected,
        source=OFFICIAL_OPEN,
        remedy=remedy,
        reads=_READS,
        kind="same",
        cross=True,
        sql=f"""WITH f AS ({_FIGURES})
          SELECT b.document_id, b.key AS group_key, b.label AS label, a.amount AS expected, b.amount AS observed,
                 a.half + b.half AS tolerance, CASE WHEN a.half <> b.half THEN greatest(a.half, b.half) END AS slack, [b.id, a.id] AS ids, [b.id] AS accused, b.unit, '{note}' AS note
          FROM f a JOIN f b ON a.department_id = b.department_id AND a.scope = b.scope AND a.form = b.form AND a.component = b.component
               AND a.fund = b.fund AND a.flow = b.flow AND a.year = b.year AND a.document_id <> b.document_id
               AND coalesce(a.fc, a.role, a.item) = coalesce(b.fc, b.role, b.item)
               AND a.ec IS NOT DISTINCT FROM b.ec
          WHERE {join}
          QUALIFY count(*) OVER (PARTITION BY b.id) = 1""",
        applies=f"WITH f AS ({_FIGURES}) SELECT DISTINCT b.document_id FROM f b JOIN f a ON a.department_id = b.department_id "
        f"AND a.scope = b.scope AND a.form = b.form AND a.year = b.year AND a.document_id <> b.document_id WHERE {join}",
    )


RULES: tuple[Rule, ...] = (
    _across(
        "YEAR-PRIOR",
        "本年文件的上年数与上年文件一致",
        "上年决算数列＝上年决算文件的决算数",
        "b.measure = 'prior_final' AND b.year = b.document_year - 1 AND a.measure = 'final' AND a.year = a.document_year AND a.kind = 'final_account'",
        "warning",
        "对照两年原件；上年数经批复调整的“认可”。",
        "与上年决算文件比较",
    ),
    _across(
        "YEAR-BUDGET",
        "决算文件的年初预算数与当年预算文件一致",
        "决算中的年初预算数＝当年部门预算公布数",
        "b.measure = 'budget' AND b.kind = 'final_account' AND b.year = b.document_year AND a.measure = 'budget' AND a.kind = 'budget' AND a.year = a.document_year",
        "warning",
        "对照两份原件；范围或口径不同（如含上年结转）的“豁免”。",
        "与当年预算文件比较",
    ),
    _across(
        "YEAR-PRIOR-BUDGET",
        "本年预算文件的上年预算数与上年预算文件一致",
        "上年预算数列＝上年部门预算公布数",
        "b.measure = 'budget' AND b.kind = 'budget' AND b.year = b.document_year - 1 AND a.measure = 'budget' AND a.year = a.document_year AND a.kind = 'budget'",
        "warning",
        "对照两年原件；上年数经调整（同口径）的“认可”。",
        "与上年预算文件比较",
    ),
    Rule(
        id="YEAR-CHANGE",
        family="years",
        severity="warning",
        title="正文所述增减额与上年文件的数一致",
        expected="本年数－增减额＝上年文件公布的同一数",
        source=OFFICIAL_OPEN,
        remedy="对照两年原件；上年数经调整的“认可”。",
        reads=_READS,
        kind="same",
        cross=True,
        sql=f"""WITH p AS (SELECT * FROM x_item WHERE form = 'narrative' AND fc IS NULL AND ec IS NULL AND item IN {_TOLD} AND department_id IS NOT NULL
                 QUALIFY count(*) OVER (PARTITION BY document_id, item, component, fund, flow, measure, year, section) = 1),
          this AS (
            SELECT a.*, c.amount AS change, c.half AS chalf, c.id AS cid, c.label AS clabel FROM p a JOIN p c ON c.document_id = a.document_id AND c.item = a.item AND c.component = a.component
              AND c.fund = a.fund AND c.flow = a.flow AND c.year = a.year AND c.section IS NOT DISTINCT FROM a.section AND c.measure = 'change'
            WHERE NOT a.sub AND a.year = a.document_year AND a.measure = CASE a.kind WHEN 'final_account' THEN 'final' ELSE 'budget' END)
          SELECT t.document_id, t.key || '|change' AS group_key, t.label || '减去增减额得出的上年数' AS label, l.amount AS expected, t.amount - t.change AS observed,
                 l.half + t.half + t.chalf AS tolerance, [t.id, t.cid, l.id] AS ids, [t.id, t.cid] AS accused, t.unit, '与上年文件比较' AS note
          FROM this t JOIN p l ON l.department_id = t.department_id AND l.scope = t.scope AND l.kind = t.kind AND l.item = t.item
               AND l.component = t.component AND l.fund = t.fund AND l.flow = t.flow AND l.measure = t.measure AND l.year = t.year - 1
               AND l.document_year = t.year - 1 AND NOT l.sub JOIN x_document d ON d.document_id = l.document_id AND d.status = 'published'
          QUALIFY row_number() OVER (PARTITION BY t.id ORDER BY abs(l.amount - t.amount + t.change), l.id) = 1""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where last year's document is there
    ),
    Rule(
        id="UNIT-WITHIN",
        family="years",
        severity="warning",
        title="单位的支出不超过主管部门同年同类文件的支出（按科目）",
        expected="部门含所属单位：单位某科目支出≤部门同一科目支出",
        source=OFFICIAL_OPEN + "：部门预决算包括部门本级和所属单位",
        remedy="对照两份原件；单位不在该部门公布范围内的“豁免”。",
        reads=("document", "department", "line_item"),
        kind="bound",
        cross=True,
        sql="""WITH f AS (
            SELECT x.*, d.kind AS body_kind, d.parent_id FROM x_item x JOIN department d USING (department_id) JOIN x_document o ON o.document_id = x.document_id
            WHERE o.status = 'published' AND x.form = 'expenditure' AND x.fund = 'all' AND x.component = 'total' AND x.n = 1 AND x.body = '' AND NOT x.sub
                  AND x.ec IS NULL AND (x.fc IS NOT NULL OR x.role IS NOT NULL) AND x.year = x.document_year
            QUALIFY count(*) OVER (PARTITION BY x.document_id, x.key) = 1)
          SELECT u.document_id, u.key || '|' || p.document_id AS group_key, u.label || ' 与主管部门 ' || p.label AS label, p.amount AS expected, u.amount AS observed,
                 p.half + u.half AS tolerance, [u.id, p.id] AS ids, [u.id] AS accused, u.unit
          FROM f u JOIN f p ON p.department_id = u.parent_id AND p.kind = u.kind AND p.year = u.year AND p.measure = u.measure
               AND coalesce(p.fc, p.role) = coalesce(u.fc, u.role) AND p.document_id <> u.document_id""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where both are there
    ),
    Rule(
        id="PLAUSIBLE-YEARS",
        family="years",
        severity="info",
        title="与本部门其他年度相比，总额没有异常的跳变",
        expected="总额在本部门各年中位数的五分之一到五倍之间",
        source="合理性核对（稳健统计：中位数）",
        remedy="核对单位和读数；机构、职能变化所致的无需处理。",
        reads=("line_item", "document"),
        kind="report",
        cross=True,
        sql=f"""WITH h AS ({_HEADLINES}), m AS (
            SELECT h.*, median(h.amount) OVER w AS middle, count(DISTINCT h.year) OVER (PARTITION BY h.department_id, h.scope) AS years
            FROM h WINDOW w AS (PARTITION BY h.department_id, h.scope))
          SELECT document_id, 'years|' || year AS group_key, label, CASE WHEN amount BETWEEN middle / 5 AND middle * 5 THEN 'passed' ELSE 'failed' END AS state,
                 '各年中位数 ' || in_unit(middle, '万元') AS expected_text, in_unit(amount, '万元') AS observed_text, [id] AS ids
          FROM m WHERE years >= 3""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where three years are there
    ),
    Rule(
        id="PLAUSIBLE-PEERS",
        family="years",
        severity="info",
        title="与同地区、同年、同类的其他部门相比，总额没有异常",
        expected="总额的对数与同类中位数之差不超过 6 倍绝对中位差（MAD）",
        source="合理性核对（稳健统计：中位数、绝对中位差）",
        remedy="核对单位和读数；部门规模确实悬殊的无需处理。",
        reads=("line_item", "document", "department"),
        kind="report",
        cross=True,
        peers=True,
        sql=f"""WITH h AS (SELECT h.*, p.region_code, ln(h.amount::DOUBLE) AS size FROM ({_HEADLINES}) h JOIN department p USING (department_id) WHERE h.amount > 0),
          g AS (SELECT region_code, year, kind, scope, median(size) AS middle, mad(size) AS spread, count(DISTINCT department_id) AS n FROM h GROUP BY ALL)
          SELECT h.document_id, 'peers|' || h.year AS group_key, h.label,
                 CASE WHEN abs(h.size - g.middle) <= 6 * greatest(g.spread, 0.3) THEN 'passed' ELSE 'failed' END AS state,
                 '同类 ' || g.n || ' 个部门的中位数 ' || in_unit(exp(g.middle)::DECIMAL(24,2), '万元') AS expected_text, in_unit(h.amount, '万元') AS observed_text,
                 [h.id] AS ids
          FROM h JOIN g USING (region_code, year, kind, scope) WHERE g.n >= 8""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where there are eight peers
    ),
)
