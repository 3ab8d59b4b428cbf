"""Fourteen habits of wording: amounts that are read mean what was printed, reasons are kept and never read as amounts."""

from __future__ import annotations

import random

import pytest

from data.samples_source.accounts import history, random_body
from data.samples_source.blocks import Text
from data.samples_source.housed import HousedProse
from data.samples_source.houses import HOUSES, House
from extractors.model import Extract, Paragraph, Place
from models.disclosure import Metadata
from models.prose import read_prose
from tests.models.test_prose import read
from tests.samples.compare import compare


@pytest.mark.parametrize("house", HOUSES, ids=[house.name for house in HOUSES])
@pytest.mark.parametrize("kind", ["budget", "final_account"])
def test_a_house_is_read_as_printed(house: House, kind: str) -> None:
    """No amount with a wrong meaning, none that is not the body's; at least nine in ten are read."""
    printed = missed = 0
    for number in range(2):
        rng = random.Random(f"{house.name}:{number}")
        year = 2021 + number
        body = random_body(rng, [year - 1, year], number)
        years = history(rng, body, [year - 1, year])
        prose = HousedProse("f", years[year], years[year - 1], kind, house, rng)
        blocks = prose.budget() if kind == "budget" else prose.final()
        extract = Extract("docx", "test", tuple(Paragraph(block.text, Place(page=1)) for block in blocks))
        reading = read_prose(extract, Metadata(kind, "department", year, body.name, None))
        facts = [fact for block in blocks if isinstance(block, Text) for fact in block.facts]
        difference = compare(facts, reading.line_items)
        assert not (difference.wrong or difference.extra), difference.report()
        printed, missed = printed + len(facts), missed + len(difference.missing)
    assert missed <= printed / 10


def test_what_follows_a_bracket_compares_the_whole() -> None:
    reading = read(
        "三、“三公”经费安排情况",
        "公务用车购置及运行维护费9.5万元（公务用车购置费3万元，比上年增加3万元；公务用车运行维护费6.5万元，"
        "比上年减少0.5万元。）比上年增加2.5万元，增长35.7%，主要原因是更新一辆公务用车。",
        kind="budget",
    )
    assert [(i.component, i.measure, i.published_text, i.reason) for i in reading.line_items] == [
        ("vehicle", "budget", "9.5", None),
        ("vehicle_purchase", "budget", "3", None),
        ("vehicle_purchase", "change", "3", None),
        ("vehicle_operation", "budget", "6.5", None),
        ("vehicle_operation", "change", "0.5", None),
        ("vehicle", "change", "2.5", "更新一辆公务用车"),
    ]


def test_a_change_after_a_list_of_parts_belongs_to_nobody_for_sure() -> None:
    reading = read(
        "2024年当年预算收入9万元，其中一般公共预算拨款收入8万元、政府性基金拨款收入1万元，较上年增加2万元。",
        kind="budget",
    )
    assert [i.measure for i in reading.line_items] == ["budget", "budget", "budget"]


def test_the_fund_of_the_outer_heading_holds_under_a_heading_that_names_none() -> None:
    reading = read(
        "五、一般公共预算财政拨款支出决算情况说明",
        "（二）支出决算具体情况说明",
        "（1）行政运行（2012601）年初预算为2万元，支出决算为3万元。",
    )
    assert {i.fund for i in reading.line_items} == {"general"}


def test_difference_in_words_of_size() -> None:
    reading = read("3.公务接待费预算支出5.5万元，本年数小于上年预算数2.5万元，主要是厉行节约。", kind="budget")
    assert [(i.measure, str(i.amount_yuan), i.reason) for i in reading.line_items] == [
        ("budget", "55000.0", None),
        ("change", "-25000.0", "厉行节约"),
    ]


def test_what_money_is_for_is_no_reason() -> None:
    reading = read("公用经费预算5万元，主要是办公费、水费。", kind="budget")
    assert [i.reason for i in reading.line_items] == [None]


def test_a_list_of_projects_is_read_by_name() -> None:
    reading = read(
        "（五）项目支出9.5万元，具体包括：",
        "1.档案数字化6.5万元，主要用于扫描。其中，人员支出2万元，设备支出4.5万元。",
        "2.库房维护3万元，比上年增加1万元。",
        kind="budget",
    )
    assert [(i.item, i.component, i.published_text, i.subset) for i in reading.line_items] == [
        ("项目支出", "project", "9.5", False),
        ("档案数字化", "project", "6.5", True),
        ("库房维护", "project", "3", True),
    ]
