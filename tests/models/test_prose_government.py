"""Reports on a whole government's budget: level, account, year and stage of every amount, or none at all."""

from __future__ import annotations

from models.disclosure import LineItem
from tests.models.test_prose import read


def told(items: tuple[LineItem, ...]) -> list[tuple[str, str | None, str | None, int, str]]:
    """Item, fund, measure, year and printed figure of each amount."""
    return [(i.item, i.fund, i.measure, i.fiscal_year, i.published_text) for i in items]


def report(*texts: str) -> list[tuple[str, str | None, str | None, int, str]]:
    """Read paragraphs of a made-up report of 2026 (execution of 2025)."""
    return told(read(*texts, kind="budget", year=2026, scope="government").line_items)


def test_levels_and_accounts_come_from_the_headings() -> None:
    assert report(
        "一、2025年预算执行情况",
        "（一）全市财政收支情况",
        "1.一般公共预算",
        "（1）总收入66.3亿元，其构成是：①一般公共预算收入27.1亿元，完成预算的98.9%，增长1.8%，其中，税收收入16.1亿元，"
        "非税收入11亿元；②上级补助收入38.6亿元，其中，返还性收入9.1亿元，一般转移支付28.6亿元。",
        "2.政府性基金预算",
        "总支出8.3亿元，其构成是：①政府性基金预算支出7亿元；②调出资金5100万元。",
        "（二）市本级财政收支情况",
        "1.一般公共预算",
        "②补助下级支出6.1亿元，其中，返还性支出2.3亿元，一般转移支付3.8亿元；③上解上级支出0.5亿元。",
    ) == [
        ("全市一般公共预算收入总计", "general", "prior_final", 2025, "66.3"),
        ("全市一般公共预算收入", "general", "prior_final", 2025, "27.1"),
        ("全市税收收入", "general", "prior_final", 2025, "16.1"),
        ("全市非税收入", "general", "prior_final", 2025, "11"),
        ("全市上级补助收入", "general", "prior_final", 2025, "38.6"),
        ("全市返还性收入", "general", "prior_final", 2025, "9.1"),
        ("全市上级一般性转移支付", "general", "prior_final", 2025, "28.6"),
        ("全市政府性基金预算支出总计", "gov_fund", "prior_final", 2025, "8.3"),
        ("全市政府性基金预算支出", "gov_fund", "prior_final", 2025, "7"),
        ("全市调出资金", "gov_fund", "prior_final", 2025, "5100"),
        ("市本级补助下级支出", "general", "prior_final", 2025, "6.1"),
        ("市本级返还性支出", "general", "prior_final", 2025, "2.3"),
        ("市本级对下一般性转移支付", "general", "prior_final", 2025, "3.8"),
        ("市本级上解上级支出", "general", "prior_final", 2025, "0.5"),
    ]


def test_what_is_added_together_is_not_read_and_its_total_is() -> None:
    assert report(
        "二、2026年预算安排",
        "2026年全市一般公共预算收入安排94.9亿元，加上上级补助收入、上年结转收入等147亿元，收入总计241.9亿元。",
    ) == [
        ("全市一般公共预算收入", "general", "budget", 2026, "94.9"),
        ("全市一般公共预算收入总计", "general", "budget", 2026, "241.9"),
    ]


def test_a_zone_of_its_own_is_not_the_city() -> None:
    assert report(
        "一、2025年预算执行情况",
        "（三）湖东管理区预算执行情况",
        "1.政府性基金预算。收入完成0.2亿元，支出完成0.1亿元。",
        "（四）甲山县和乙山县预算执行情况",
        "1.政府性基金预算。收入完成0.3亿元。",
    ) == [
        ("湖东管理区政府性基金预算收入", "gov_fund", "prior_final", 2025, "0.2"),
        ("湖东管理区政府性基金预算支出", "gov_fund", "prior_final", 2025, "0.1"),
    ]


def test_an_account_named_in_brackets_does_not_become_the_account() -> None:
    assert report(
        "二、2026年预算安排",
        "2026年市级一般公共预算收入安排28亿元，调入资金8.2亿元（政府性基金预算调入7亿元，国有资本经营预算调入1.2亿元），总收入36.2亿元。",
    ) == [
        ("市级一般公共预算收入", "general", "budget", 2026, "28"),
        ("市级调入资金", "general", "budget", 2026, "8.2"),
        ("市级一般公共预算收入总计", "general", "budget", 2026, "36.2"),
    ]


def test_several_years_part_of_a_year_and_social_insurance_stay_unread() -> None:
    assert (
        report(
            "一、2025年预算执行情况",
            "“十四五”期间，全市累计完成一般公共预算收入1237.1亿元，完成一般公共预算支出2157.3亿元。",
            "2025年1—11月份，全市一般公共预算收入完成90亿元。",
            "2025年初，全市政府债务限额为63.5亿元。",
            "2025年全市社会保险基金预算收入70亿元。",
        )
        == []
    )


def test_debt_limits_and_balances() -> None:
    assert report(
        "三、政府债务情况",
        "2025年全市地方政府债务限额为83.5亿元，其中：一般债务限额15.1亿元、专项债务限额68.4亿元。"
        "截至2025年底，全市政府债务余额82亿元（一般债务15亿元，专项债务67亿元）。",
    ) == [
        ("全市政府债务限额", "all", "budget", 2025, "83.5"),
        ("全市一般债务限额", "general", "budget", 2025, "15.1"),
        ("全市专项债务限额", "gov_fund", "budget", 2025, "68.4"),
        ("全市政府债务余额", "all", "prior_final", 2025, "82"),
        ("全市政府债务余额（一般债务）", "general", "prior_final", 2025, "15"),
        ("全市政府债务余额（专项债务）", "gov_fund", "prior_final", 2025, "67"),
    ]


def test_a_class_named_on_its_own_and_its_change() -> None:
    reading = read(
        "一、2026年省级一般公共预算支出预算情况",
        "2026年省本级一般公共预算支出700.3亿元，比2025年初预算数增加63.3亿元。",
        "1.公共安全支出科目55.7亿元，比2025年预算数减少4.2亿元，下降8.1%，主要是重点项目支出减少。",
        kind="budget",
        year=2026,
        scope="government",
    )
    assert told(reading.line_items) == [
        ("省本级一般公共预算支出", "general", "budget", 2026, "700.3"),
        ("省本级一般公共预算支出", "general", "change", 2026, "63.3"),
        ("省级公共安全支出", "general", "budget", 2026, "55.7"),
        ("省级公共安全支出", "general", "change", 2026, "4.2"),
    ]
    assert [i.function_code for i in reading.line_items] == [None, None, "204", "204"]
    assert reading.line_items[-1].amount_yuan == -420_000_000
    assert reading.line_items[-1].reason == "重点项目支出减少"


def test_a_list_of_transfers_is_read_under_the_sentence_that_opens_it() -> None:
    reading = read(
        "一、2024年财政转移支付安排",
        "2024年省对市县转移支付一般公共预算资金预算数为950.5万元，比2023年年初预算数增加90万元，具体情况如下：",
        "（一）一般性转移支付",
        "1.均衡性转移支付补助预算数为200.9万元，比2023年预算数减少21.5万元，下降12%。主要是增加10万元财力补助。",
        "二、2024年其他事项",
        "（一）一般性转移支付",
        "1.均衡性转移支付补助预算数为300万元。",
        kind="budget",
        scope="government",
    )
    assert [(i.item, i.flow, i.fund, i.measure, str(i.amount_yuan.normalize())) for i in reading.line_items] == [
        ("省级对下一般性转移支付（均衡性转移支付补助）", "expenditure", "general", "budget", "2.009E+6"),
        ("省级对下一般性转移支付（均衡性转移支付补助）", "expenditure", "general", "change", "-2.15E+5"),
    ]
