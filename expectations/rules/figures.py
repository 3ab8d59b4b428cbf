"""Printed percentages and counts, recomputed from the amounts they speak of."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_OPEN

_READS = ("statistic", "line_item")

# Half a unit in the last printed place of the percentage, and what the amounts' own rounding can move it. A figure that
# was cut off instead of rounded is up to one whole unit away: that is `slack`, reported as info.
_PLACE = "power(10, -length(regexp_extract(coalesce(s.published_text, ''), '[.．](\\d+)', 1)))"

# The growth of `b` over last year: `a` is the printed change, or last year's amount itself.
_PRIOR = "(CASE WHEN a.measure = 'change' THEN b.amount - a.amount ELSE a.amount END)"
_CHANGE = "(CASE WHEN a.measure = 'change' THEN a.amount ELSE b.amount - a.amount END)"


def _ratio(
    identifier: str, kind: str, title: str, expected: str, formula: str, spread: str, condition: str, said: str
) -> Rule:
    """said: SQL of the note that names the amounts the percentage was recomputed from.

    Bounded, for a ratio of absurd figures must not stop the checks of all other documents by leaving its decimal.
    """
    return Rule(
        id=identifier,
        family="figures",
        severity="warning",
        title=title,
        expected=expected,
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="ratio",
        sql=f"""SELECT s.document_id, '{kind}|' || coalesce(a.key, '') || '|' || coalesce(b.key, '') || '|' || coalesce(s.name, '') AS group_key,
                 coalesce(s.name, '') AS label, greatest(-1e15, least(1e15, {formula}))::DECIMAL(24,4)::DECIMAL(24,2) AS expected, s.value::DECIMAL(24,2) AS observed,
                 least(1e14, {_PLACE} * 0.5 + 0.005 + {spread})::DECIMAL(24,6) AS tolerance, ({_PLACE} * 0.5)::DECIMAL(24,6) AS slack,
                 [a.id, b.id] AS ids, '%' AS unit, {said} AS note
          FROM statistic s JOIN x_document d USING (document_id) JOIN x_item a ON a.id = s.line_item_id JOIN x_item b ON b.id = s.base_line_item_id
          WHERE s.kind = '{kind}' AND s.value IS NOT NULL AND {condition}""",
        applies=f"SELECT document_id FROM statistic JOIN x_document USING (document_id) WHERE kind = '{kind}' AND line_item_id IS NOT NULL AND base_line_item_id IS NOT NULL",
    )


_GROWTH = f"""CASE WHEN abs(abs(s.value) - abs({_CHANGE}::DOUBLE / {_PRIOR}::DOUBLE) * 100) <= 1
             THEN sign(s.value) * abs({_CHANGE}::DOUBLE / {_PRIOR}::DOUBLE) ELSE {_CHANGE}::DOUBLE / {_PRIOR}::DOUBLE END * 100"""
"""Which way it went is said in words, and the words have a rule of their own (TXT-WORDING): here the size is judged, and
where the size is wrong the right growth is named with its sign."""

_PARTS = "'按 ' || in_unit(a.amount, a.unit) || ' 占 ' || in_unit(b.amount, b.unit) || ' 计算'"

RULES: tuple[Rule, ...] = (
    _ratio(
        "RATIO-SHARE",
        "share",
        "“占……%”与所列金额相符",
        "部分÷整体×100%",
        "a.amount::DOUBLE / b.amount::DOUBLE * 100",
        "100 * (a.half::DOUBLE + abs(a.amount::DOUBLE / b.amount::DOUBLE) * b.half::DOUBLE) / abs(b.amount::DOUBLE)",
        "b.amount <> 0",
        _PARTS,
    ),
    _ratio(
        "RATIO-COMPLETION",
        "completion",
        "“完成预算……%”与所列金额相符",
        "决算数÷预算数×100%",
        "a.amount::DOUBLE / b.amount::DOUBLE * 100",
        "100 * (a.half::DOUBLE + abs(a.amount::DOUBLE / b.amount::DOUBLE) * b.half::DOUBLE) / abs(b.amount::DOUBLE)",
        "b.amount <> 0",
        "'按决算 ' || in_unit(a.amount, a.unit) || '、预算 ' || in_unit(b.amount, b.unit) || ' 计算'",
    ),
    _ratio(
        "RATIO-GROWTH",
        "growth",
        "“增长（下降）……%”与所列金额相符",
        "增减额÷上年数×100%，上年数＝本年数－增减额",
        _GROWTH,
        f"100 * (a.half::DOUBLE + b.half::DOUBLE) * (1 + abs({_CHANGE}::DOUBLE / {_PRIOR}::DOUBLE)) / abs({_PRIOR}::DOUBLE)",
        # Growth from nothing is printed as 100 % by habit; it has no right value.
        f"abs({_PRIOR}) > a.half + b.half",
        f"'按本年 ' || in_unit(b.amount, b.unit) || '、上年 ' || in_unit({_PRIOR}, b.unit) || ' 计算'",
    ),
    Rule(
        id="RATIO-RANGE",
        family="figures",
        severity="warning",
        title="占比在 0 到 100% 之间，下降不超过 100%",
        expected="0≤占比≤100%；增长率≥－100%",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="report",
        sql="""SELECT s.document_id, s.kind || '|' || coalesce(s.section, '') || '|' || coalesce(s.name, '') || '|' || s.value AS group_key, coalesce(s.name, '') AS label,
                 CASE WHEN s.value BETWEEN CASE s.kind WHEN 'share' THEN 0 ELSE -100 END AND CASE s.kind WHEN 'share' THEN 100 ELSE 1e9 END
                      THEN 'passed' ELSE 'failed' END AS state,
                 CASE s.kind WHEN 'share' THEN '0 至 100%' ELSE '不低于－100%' END AS expected_text,
                 coalesce(s.published_text, s.value::VARCHAR) || '%' AS observed_text, list_filter([s.line_item_id, s.base_line_item_id], lambda x: x IS NOT NULL) AS ids
          FROM statistic s JOIN x_document d USING (document_id)
          -- A surplus may fall below nought, so it may fall by more than all of itself.
          WHERE s.kind IN ('share', 'growth') AND s.value IS NOT NULL AND d.scope <> 'government'
                AND NOT regexp_matches(coalesce(s.name, ''), '利润|结余|盈余|差额')""",
        applies="SELECT document_id FROM statistic JOIN x_document d USING (document_id) WHERE kind IN ('share', 'growth') AND d.scope <> 'government'",
    ),
    Rule(
        id="RATIO-ZERO",
        family="figures",
        severity="warning",
        title="预算数为零的，没有完成率",
        expected="年初预算为零时不写完成率（写作 0% 或 100% 的只提示）",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="report",
        sql="""SELECT s.document_id, 'completion|' || coalesce(s.name, '') || '|' || a.key AS group_key, coalesce(s.name, '') AS label,
                 CASE WHEN b.amount <> 0 OR a.amount = 0 THEN 'passed' ELSE 'failed' END AS state, '预算为零，不写完成率' AS expected_text,
                 '预算 0，决算 ' || in_unit(a.amount, a.unit) || '，完成 ' || coalesce(s.published_text, s.value::VARCHAR) || '%' AS observed_text,
                 [a.id, b.id] AS ids, CASE WHEN s.value IN (0, 100) THEN 'info' END AS severity
          FROM statistic s JOIN x_document d USING (document_id) JOIN x_item a ON a.id = s.line_item_id JOIN x_item b ON b.id = s.base_line_item_id
          WHERE s.kind = 'completion' AND s.value IS NOT NULL""",
        applies="SELECT document_id FROM statistic JOIN x_document USING (document_id) WHERE kind = 'completion' AND line_item_id IS NOT NULL AND base_line_item_id IS NOT NULL",
    ),
    Rule(
        id="STATISTIC-TWICE",
        family="figures",
        severity="warning",
        title="同一数量在文件中各处一致",
        expected="同名、同单位的数量（车辆、批次、人次等）各处相同",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=("statistic",),
        kind="report",
        sql="""SELECT s.document_id, s.name || '|' || coalesce(s.unit, '') AS group_key, s.name AS label,
                 CASE WHEN count(DISTINCT s.value) = 1 THEN 'passed' ELSE 'failed' END AS state,
                 '各处相同' AS expected_text, array_to_string(list_sort(list(DISTINCT s.published_text || coalesce(s.unit, ''))), '、') AS observed_text
          FROM statistic s JOIN x_document USING (document_id)
          WHERE s.kind = 'count' AND s.name IN ('公务用车保有量', '因公出国（境）团组数', '因公出国（境）人次', '国内公务接待批次', '国内公务接待人次',
                'vehicles', '车辆') AND s.value IS NOT NULL
          GROUP BY s.document_id, s.name, s.unit HAVING count(*) > 1""",
        applies="""SELECT document_id FROM statistic JOIN x_document USING (document_id) WHERE kind = 'count'
          GROUP BY document_id, name, unit HAVING count(*) > 1""",
    ),
)
