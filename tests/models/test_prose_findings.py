"""What the text itself shows to be wrong: each rule with a sentence that trips it and one that must not."""

from __future__ import annotations

import pytest

from extractors.model import Cell, Extract, Place, Table
from models.disclosure import Finding, Metadata
from models.prose import read_prose
from tests.models.test_prose import read


def codes(*texts: str, **kwargs: object) -> list[str]:
    """Codes of the findings of warning or higher."""
    return [f.code for f in found(*texts, **kwargs) if f.severity != "info"]


def found(*texts: str, **kwargs: object) -> tuple[Finding, ...]:
    return read(*texts, **kwargs).findings  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "kind", "stale"),
    [
        ("纳入云溪县档案馆2023年度部门决算编制范围的单位包括：本馆。", "final_account", True),
        ("纳入云溪县档案馆2024年度部门决算编制范围的单位包括：本馆。", "final_account", False),
        ("截至2023年12月31日，云溪县档案馆共有车辆1辆。", "final_account", True),
        ("与2023年度相比，收、支总计各增加1万元。", "final_account", False),
        ("比2024年预算增加3万元，增长2%。", "budget", True),
        ("比2023年预算增加3万元，增长2%。", "budget", False),
        ("第四部分 2023年度部门决算表", "final_account", True),
        ("第四部分 2024年度部门决算表", "final_account", False),
        ("第二部分 2023年度部门决算情况说明..............................4", "final_account", True),
        ("云溪县档案馆2023年政府性基金预算支出表", "budget", True),
        ("2024年收支预算与2023年对比情况表", "budget", False),
        ("2023年度项目支出绩效自评表", "budget", False),
        ("注：本单位2023年度没有国有资本经营预算财政拨款收支，本表为空。", "final_account", True),
        ("注：本单位2024年度没有国有资本经营预算财政拨款收支，本表为空。", "final_account", False),
    ],
)
def test_stale_year(sentence: str, kind: str, stale: bool) -> None:
    assert ("TXT-YEAR-STALE" in codes(sentence, kind=kind)) is stale


def test_item_numbers_jump() -> None:
    path = "一般公共服务支出（类）档案事务（款）{}（项）：支出决算为1.5万元。"
    lines = [f"{n}.{path.format(name)}" for n, name in ((1, "行政运行"), (2, "机关服务"), (5, "档案馆"))]
    (finding,) = [f for f in found("（三）支出决算具体情况", *lines) if f.code == "TXT-ITEM-NUMBERING"]
    assert (finding.expected, finding.observed) == ("3", "5")
    assert "TXT-ITEM-NUMBERING" not in codes("（三）支出决算具体情况", *lines[:2])


def test_abolished_and_unknown_names() -> None:
    reading = found(
        "第三部分　名词解释",
        "1.医疗卫生与计划生育支出（类）行政事业单位医疗（款）行政单位医疗（项）：指基本医疗保险缴费。",
        "2.医疗卫生与计划生育支出（类）行政事业单位医疗（款）事业单位医疗（项）：指基本医疗保险缴费。",
        "3.一般公共服务支出（类）档案事务（款）古籍飞天工程支出（项）：指一个没有的科目。",
    )
    assert [f.observed for f in reading if f.code == "TXT-NAME-ABOLISHED"] == ["医疗卫生与计划生育支出"]
    assert [f.observed for f in reading if f.code == "TXT-NAME-UNKNOWN"] == ["古籍飞天工程支出"]


def test_a_name_used_on_the_wrong_level_is_told_with_its_own() -> None:
    text = "1.住房保障支出（类）住房保障支出（款）住房公积金（项）。年初预算为80.00万元，支出决算为80.00万元。"
    told = [f.message for f in found("（三）支出决算具体情况", text) if f.code == "TXT-NAME-UNKNOWN"]
    assert told == ["正文中的款级科目“住房保障支出”不是款级科目，是类级科目"]


def test_words_of_a_sentence_are_no_name() -> None:
    texts = (
        "1.政府办公厅（室）及相关机构事务（款）信访事务（项）支出330.7万元，减少5.5万元。主要原因是项目调整至科技条件与服务（款）。",
        "某单位以前年度列在行政运行（2010301），今年改列。",
        "2.人大事务行政运行（项）支出5.1万元。",
    )
    assert "TXT-NAME-UNKNOWN" not in codes("（三）支出决算具体情况", *texts)


def test_a_page_number_between_dashes_is_no_part_of_a_name() -> None:
    line = "1.社会保障和就业支出（类）行政事业单位养老支出（款）行政单位离退─11─休（项）：支出决算为1.5万元。"
    reading = read("（三）支出决算具体情况", line)
    assert [(i.item, i.function_code) for i in reading.line_items] == [("行政单位离退休", "2080501")]
    assert "TXT-NAME-UNKNOWN" not in [f.code for f in reading.findings]


@pytest.mark.parametrize(
    "printed", ["7,50331", "1.234.56", "12,34.5", "3,468,18", "12..5", "12.", ".5", "1O2.5", "12,345.6,7", "12·5"]
)
def test_malformed_amount_is_told_and_not_read(printed: str) -> None:
    reading = read(f"2024年度本年支出合计{printed}万元，其中：基本支出3.25万元。")
    (finding,) = [f for f in reading.findings if f.code == "TXT-NUMBER-MALFORMED"]
    assert (finding.severity, finding.observed) == ("warning", printed.replace(",", "，") + "万元")
    assert [f.observed for f in reading.findings if f.code == "TXT-AMOUNT-UNREAD"] in (["1"], ["2"])
    assert all(i.item != "本年支出合计" for i in reading.line_items)


@pytest.mark.parametrize(
    "sentence",
    [
        "2024年度收、支总计各是4001.49,4020.91万元。",
        "2024年度本年支出合计1,234,567.80元。",
        "货物、服务分别为5,6万元。",
        "采购金额在5万元—8万元之间的项目。",
        "其中——5万元。",
        "2024年度,3,468.18万元。",
    ],
)
def test_proper_numbers_are_not_malformed(sentence: str) -> None:
    assert "TXT-NUMBER-MALFORMED" not in codes(sentence)


def test_a_dash_after_a_word_may_be_a_sign() -> None:
    reading = read("2024年度事业收入-1.71万元。")
    assert not reading.line_items
    assert "TXT-NUMBER-MALFORMED" in [f.code for f in reading.findings]
    (item,) = read("2024年度事业收入为-1.71万元。").line_items
    assert item.amount_yuan == -17100


@pytest.mark.parametrize("text", ["本部门为XX局所属单位。", "待填写", "简述完成情况（100字以内）"])
def test_template_left_in(text: str) -> None:
    assert "TXT-PLACEHOLDER" in codes(text)


def test_denied_procurement() -> None:
    statement = "政府采购支出总额2.5万元，其中：政府采购货物支出2.5万元。"
    denial = "因近年来均无采购项目，未开展采购评价。"
    assert "TXT-CONTRADICTION" in codes(statement, denial)
    assert "TXT-CONTRADICTION" not in codes("政府采购支出总额0万元。", denial)


def test_vehicles_do_not_add_up() -> None:
    assert "TXT-COUNT-SUM" in codes("单位共有公务用车6辆，其中：轿车2辆、越野车1辆。")
    assert "TXT-COUNT-SUM" not in codes("单位共有公务用车3辆，其中：轿车2辆、越野车1辆。")
    assert "TXT-COUNT-SUM" not in codes("在编300人，其中教授20人、副教授50人。")


def test_wording_against_the_two_amounts() -> None:
    sentence = "机关运行经费年初预算为20.81万元，支出决算为20.38万元。决算数{}预算数的主要原因：节约。"
    assert "TXT-WORDING" in codes(sentence.format("大于"))
    assert "TXT-WORDING" not in codes(sentence.format("小于"))


def test_increase_that_is_a_decrease() -> None:
    sentence = "2026年支出预算80万元，比2025年预算数{}万元增加5%。"
    assert "TXT-WORDING" in codes(sentence.format("95"), kind="budget", year=2026)
    assert "TXT-WORDING" not in codes(sentence.format("76.19"), kind="budget", year=2026)


def test_doubled_punctuation_is_only_a_remark() -> None:
    (finding,) = [f for f in found("主要用于日常支出。。") if f.code == "TXT-PUNCTUATION"]
    assert finding.severity == "info"


def test_a_figure_of_last_year_compared_with_last_year_is_a_stale_year() -> None:
    assert "TXT-YEAR-STALE" in codes("2023年“三公”经费预算13.5万元，比上年减少5.5万元。")
    assert "TXT-YEAR-STALE" not in codes(
        "2024年“三公”经费预算13.5万元，2023年“三公”经费预算19万元，比上年减少5.5万元。"
    )


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("2024年收入预算100万元，比2023年预算增加持平。", True),
        ("2024年收入预算100万元，与2023年预算持平。", False),
        ("公务接待费与上年持平，增长5%。", True),
        ("公务接待费与上年基本持平，增长0.5%。", False),
        ("公务接待费与上年持平，增长0%。", False),
        ("比上年增加1,204.5万元，下降3.7%。", True),
        ("比上年增加1,204.5万元，增长3.7%。", False),
        ("比上年减少12万元，增长0%。", False),
        ("较上年增加9.49万元，减少的主要原因是压缩经费。", True),
        ("较上年减少9.49万元，减少的主要原因是压缩经费。", False),
        ("其中人员经费增加5万元，减少的主要原因是公用经费压缩。", False),
    ],
)
def test_words_that_exclude_one_another(sentence: str, wrong: bool) -> None:
    assert ("TXT-WORDING" in codes(sentence, kind="budget", year=2024)) is wrong


@pytest.mark.parametrize(
    ("rate", "word", "wrong"),
    [("95.00", "大于", True), ("95.00", "小于", False), ("110", "小于", True), ("100.00", "大于", False), ("100", "持平于", False), ("90", "等于", True)],
)  # fmt: skip
def test_the_word_after_a_rate_of_completion(rate: str, word: str, wrong: bool) -> None:
    sentence = f"2024年度“三公”经费支出决算为10.00万元，完成预算的{rate}%，决算数{word}预算数的主要原因是安排有变。"
    assert ("TXT-WORDING" in codes(sentence)) is wrong


def test_one_wrong_word_is_told_once() -> None:
    sentence = "行政运行年初预算为50万元，支出决算为60万元，完成年初预算的120%，决算数小于预算数的主要原因是安排有变。"
    assert codes("（二）具体情况", "1.一般公共服务支出（类）统计信息事务（款）" + sentence).count("TXT-WORDING") <= 1


def test_fine_percentages_and_repeated_words_are_remarks() -> None:
    findings = found("2024年度收、支总计100万元，比上年增长5.2632%。本部门的的情况如上。")
    said = {(f.code, f.severity) for f in findings}
    assert {("TXT-PERCENT-DECIMALS", "info"), ("TXT-PUNCTUATION", "info")} <= said


def test_the_note_in_the_last_row_of_an_empty_table_names_the_year_too() -> None:
    def said(year: int) -> list[str]:
        text = f"注：本单位{year}年度没有国有资本经营预算财政拨款收支，本表为空。"
        table = Table((Cell(0, 0, text, Place(sheet="9", cell="A11")),), 1, 1, Place(sheet="9"))
        extract = Extract("xlsx", "test", (table,))
        findings = read_prose(extract, Metadata("final_account", "department", 2024, "云溪县档案馆", None)).findings
        return [f.code for f in findings if f.severity == "warning"]

    assert said(2023) == ["TXT-YEAR-STALE"]
    assert said(2024) == []
