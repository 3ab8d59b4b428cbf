"""The catalogue of rules: every declaration of every family, in the order of the handbook."""

from __future__ import annotations

from functools import lru_cache

from expectations.model import Rule
from expectations.rules import (
    basic,
    between,
    completeness,
    debt,
    figures,
    itself,
    missing,
    overview,
    performance,
    prose,
    tables,
    within,
    witness,
    years,
)

FAMILIES: dict[str, str] = {
    "within": "表内：逐行、逐级相加",
    "tables": "表内：空缺、增减、分资金、其他表式",
    "missing": "表内：应有而缺的行、格、级次",
    "overview": "收支总表与财政拨款收支总表",
    "basic": "基本支出与“三公”经费",
    "between": "表与表之间",
    "prose": "情况说明与各表、前后文",
    "witness": "旁证：别处印出的名称、年度、单位",
    "figures": "百分比与数量",
    "performance": "项目绩效",
    "debt": "政府债务",
    "years": "年度之间、预算与决算之间",
    "completeness": "齐全与合理",
}
"""Family → Chinese name of its chapter and suite."""


@lru_cache(maxsize=1)
def catalogue() -> tuple[Rule, ...]:
    """All rules.

    Raises:
        ValueError: two declarations share an id, or a family is unknown.
    """
    modules = (
        within,
        tables,
        missing,
        overview,
        basic,
        between,
        prose,
        itself,
        witness,
        figures,
        performance,
        debt,
        years,
        completeness,
    )
    rules = tuple(rule for module in modules for rule in module.RULES)
    identifiers = [rule.id for rule in rules]
    if len(set(identifiers)) != len(identifiers):
        raise ValueError(f"规则编号重复：{sorted({i for i in identifiers if identifiers.count(i) > 1})}")
    if unknown := {rule.family for rule in rules} - FAMILIES.keys():
        raise ValueError(f"规则族未知：{sorted(unknown)}")
    return rules
