"""The bundled samples: which bodies, years, layouts and formats, and what is planted in two of them."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from data.samples_source import docx, html, pdf, workbook
from data.samples_source.accounts import Body, Year, history, random_body
from data.samples_source.blocks import Document
from data.samples_source.build import Plant, build
from data.samples_source.facts import Fact, write_truth
from data.samples_source.government import debt_table, government_budget
from data.samples_source.housed import HousedProse, any_house
from data.samples_source.layout import FAMILIES, Layout, vary

YEARS = [2022, 2023, 2024, 2025]
PLACE = "云岭市"
"""The government that the bundled government documents speak of."""

JUSTICE = Body(
    "云岭市司法局", "云岭市", "20406", 5, own_income=True, institution=True, travels=True, items=("2040602", "2040604", "2040605", "2040607", "2040610"),
    duties=("统筹全市法治宣传和人民调解工作。", "管理公共法律服务体系。", "承担社区矫正的日常管理。"),
)  # fmt: skip
TRANSPORT = Body(
    "云岭市交通运输局", "云岭市", "21401", 8, gov_fund="2120803", institution=True, travels=True, items=("2140102", "2140104", "2140106", "2140112"),
    duties=("拟订全市公路养护年度计划。", "负责道路运输行业管理。", "组织农村公路建设。"),
)  # fmt: skip
CULTURE = Body(
    "望川县文化和旅游局",
    "望川县",
    "20701",
    3,
    own_income=True,
    institution=True,
    gov_fund="2296003",
    travels=True,
    items=("2070104", "2070108", "2070109"),
)
AUDIT = Body("云岭市审计局", "云岭市", "20108", 3, travels=True, items=("2010802", "2010804"))
EMERGENCY = Body(
    "澜石区应急管理局",
    "澜石区",
    "22401",
    4,
    institution=True,
    travels=True,
    items=("2240102", "2240104", "2240106", "2240109"),
)
STATISTICS = Body(
    "云岭市统计局",
    "云岭市",
    "20105",
    2,
    institution=True,
    state_capital="2230105",
    travels=True,
    items=("2010502", "2010505", "2010507", "2010508"),
)
ENVIRONMENT = Body(
    "云岭市生态环境局",
    "云岭市",
    "21101",
    6,
    own_income=True,
    institution=True,
    travels=True,
    items=("2110102", "2110104", "2110199"),
)
LAND = Body(
    "望川县自然资源局",
    "望川县",
    "22001",
    4,
    institution=True,
    gov_fund="2120899",
    travels=True,
    items=("2200102", "2200104", "2200106", "2200109"),
)
HEALTH = Body(
    "澜石区卫生健康局",
    "澜石区",
    "21001",
    5,
    own_income=True,
    institution=True,
    travels=True,
    items=("2100102", "2100199"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One bundled document. body: None for those of a whole government."""

    file: str
    body: Body | None
    year: int
    kind: str
    layout: Layout
    narrative: bool = True
    drafts: bool = False
    plants: tuple[Plant, ...] = ()


def _samples() -> list[Sample]:
    final, budget = "final_account", "budget"
    split, public, thirteen = FAMILIES["split"], FAMILIES["public"], replace(FAMILIES["thirteen"], zero="")
    wan = Decimal(10_000)
    return [
        *(Sample(f"云岭市司法局{year}年度部门决算.pdf", JUSTICE, year, final, split) for year in (2022, 2023, 2024)),
        Sample("云岭市司法局2024年部门预算.pdf", JUSTICE, 2024, budget, FAMILIES["yuan"]),
        Sample("云岭市司法局2025年部门预算.pdf", JUSTICE, 2025, budget, FAMILIES["yuan"]),
        *(Sample(f"云岭市交通运输局{year}年度部门决算.docx", TRANSPORT, year, final, thirteen) for year in (2022, 2023, 2024)),
        Sample("云岭市交通运输局2025年部门预算.pdf", TRANSPORT, 2025, budget, FAMILIES["three"]),
        Sample("望川县文化和旅游局2024年部门预算.pdf", CULTURE, 2024, budget, FAMILIES["indent"]),
        Sample("望川县文化和旅游局2025年部门预算.pdf", CULTURE, 2025, budget, replace(FAMILIES["indent"], repeat_header=False)),
        *(Sample(f"澜石区应急管理局{year}年度部门决算.pdf", EMERGENCY, year, final, public) for year in (2023, 2024)),
        Sample("澜石区应急管理局2025年部门预算.pdf", EMERGENCY, 2025, budget, FAMILIES["dash"]),
        Sample("云岭市生态环境局2023年度部门决算公开表.xlsx", ENVIRONMENT, 2023, final, public, narrative=False, drafts=True),
        Sample("云岭市生态环境局2024年度部门决算公开表.xlsx", ENVIRONMENT, 2024, final, public, narrative=False, drafts=True),
        Sample("云岭市生态环境局2025年部门预算公开表.xlsx", ENVIRONMENT, 2025, budget, replace(FAMILIES["bracket"], grant_prior_year=True), narrative=False, drafts=True),
        Sample("云岭市审计局2024年度部门决算.html", AUDIT, 2024, final, replace(split, basic="list", codes="column")),
        Sample("云岭市审计局2025年部门预算.html", AUDIT, 2025, budget, FAMILIES["bracket"]),
        Sample("云岭市统计局2024年度部门决算公开表.xls", STATISTICS, 2024, final, replace(public, zero=""), narrative=False),
        Sample("澜石区卫生健康局2025年部门预算.docx", HEALTH, 2025, budget, replace(FAMILIES["three"], sides=2, other_forms=True)),
        Sample(
            "望川县自然资源局2024年度部门决算.pdf", LAND, 2024, final, public,
            plants=(
                Plant("expenditure:2200101:1", "支出决算表 行政运行 基本支出多印 100 万元", "行合计≠基本+项目，且上级科目合计不符", "EXPENDITURE-ROW EXPENDITURE-TREE", 100 * wan),
                Plant("personnel", "正文人员经费与基本支出表人员经费合计相差 12.34 万元", "正文与表不符", "PROSE-BASIC PROSE-SPLIT", Decimal("123400")),
                Plant("three_public:reception:final", "三公决算表公务接待费少印 0.50 万元", "三公合计≠各项之和，且与正文不符", "THREE-PUBLIC-SUM PROSE-THREE-PUBLIC", Decimal("-5000")),
                Plant("grants", "正文财政拨款总计多印 1000 万元", "正文与财政拨款收入支出决算总表总计不符", "PROSE-TOTAL", 1000 * wan),
                Plant("vehicles", "国有资产一段留有以前年份", "文中年份不是报告年度", "TXT-YEAR-STALE", replace=("截至2024年", "截至2021年")),
            ),
        ),
        Sample(
            "澜石区卫生健康局2024年度部门决算.docx", HEALTH, 2024, final, thirteen,
            plants=(
                Plant("general_expenditure:2100101:0", "一般公共预算支出决算表 行政运行 合计少印 30 万元", "行合计≠基本+项目，款合计不符", "EXPENDITURE-ROW GENERAL-TREE", -30 * wan),
                Plant("grant_income_expenditure:left:总计", "财政拨款总表 左侧总计多印 5 万元", "收入总计≠支出总计", "GRANT-BALANCE GRANT-INCOME", 5 * wan),
                Plant("running", "正文机关运行经费多印 0.05 万元", "机关运行经费≠公用经费", "PROSE-RUNNING-COST", Decimal(500)),
                Plant("item:2210203", "正文条目序号由 10 跳到 13", "条目序号不连续", "TXT-ITEM-NUMBERING", replace=("11.", "13.")),
                Plant("income", "正文留有占位符", "占位符未填写", "TXT-PLACEHOLDER", replace=("其中：", "其中（待填写）：")),
            ),
        ),
    ]  # fmt: skip


def _government_samples(seed: int) -> list[tuple[Sample, Document]]:
    """A government's budget, and its debt table in two formats that print the same figures."""
    budget = government_budget("云岭市2025年政府预算.pdf", PLACE, 2025, seed)
    debts = [
        debt_table(f"云岭市2024年地方政府债务余额情况表{suffix}", PLACE, 2025, seed) for suffix in (".pdf", ".xlsx")
    ]
    return [
        (Sample(document.file, None, year, "budget", Layout()), document)
        for document, year in ((budget, 2025), *((debt, 2024) for debt in debts))
    ]


def _accounts(seed: int) -> dict[str, dict[int, Year]]:
    bodies = (JUSTICE, TRANSPORT, CULTURE, AUDIT, EMERGENCY, STATISTICS, ENVIRONMENT, LAND, HEALTH)
    return {body.name: history(random.Random(f"{seed}:{body.name}"), body, YEARS) for body in bodies}


SEED = 20260


def bundled(seed: int = SEED) -> list[tuple[Sample, Document]]:
    """All bundled samples, laid out but not printed."""
    accounts = _accounts(seed)
    return [
        (
            sample,
            build(
                sample.file, accounts[sample.body.name][sample.year], accounts[sample.body.name].get(sample.year - 1),
                sample.kind, sample.layout, narrative=sample.narrative, drafts=sample.drafts, plants=sample.plants,
            ),
        )
        for sample in _samples()
        if sample.body is not None
    ] + _government_samples(seed)  # fmt: skip


def render(document: Document, path: Path, *, font_size: float = 8.5) -> None:
    """Print a document in the format its name says. Raises pdf.NoFont or workbook.NoWriter where a means is missing."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        pdf.render(document, path, font_size=font_size)
    elif suffix == ".docx":
        docx.render(document, path)
    elif suffix == ".xlsx":
        workbook.render(document, path)
    elif suffix == ".xls":
        workbook.render_xls(document, path)
    elif suffix == ".html":
        html.render(document, path)
    else:
        raise ValueError(f"no printer for {suffix}")


def bundled_truth(seed: int = SEED) -> list[Fact]:
    """Every amount printed in the bundled samples."""
    return [fact for _, document in bundled(seed) for fact in document.facts()]


def planted(seed: int = SEED) -> list[dict[str, str]]:
    """The planted contradictions: document, place, what, expected finding."""
    return [
        {
            "document": sample.file,
            "place": plant.key,
            "what": plant.what,
            "expected": plant.expected,
            "rules": plant.rules,
        }
        for sample, _ in bundled(seed)
        for plant in sample.plants
    ]


def write_planted(path: Path) -> None:
    """Write PLANTED.csv."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["document", "place", "what", "expected", "rules"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(planted())


FORMATS = (".pdf", ".pdf", ".pdf", ".docx", ".xlsx", ".html")


def generate(folder: Path, seed: int, count: int, *, formats: tuple[str, ...] = FORMATS) -> list[Document]:
    """Print `count` random coherent documents into `folder`, with TRUTH.csv beside them; no contradictions.

    About one in ten is followed by the budget of its whole government.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = []
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        year = rng.randint(2020, 2025)
        body = random_body(rng, [year - 1, year], number)
        years = history(rng, body, [year - 1, year])
        kind = rng.choice(["budget", "final_account"])
        family = rng.choice([name for name in FAMILIES if name != "thirteen" or kind == "final_account"])
        layout = vary(FAMILIES[family], rng)
        others = random.Random(f"{seed}:{number}:other")
        layout = replace(layout, other_forms=others.random() < 0.4)
        suffix = rng.choice(formats)
        word = "部门预算" if kind == "budget" else "部门决算"
        file = f"{number:04d}-{family}-{body.name}{year}年{word}{suffix}"
        narrative = rng.random() < 0.8
        wording = random.Random(f"{seed}:{number}:prose")
        prose = None
        if wording.random() < 0.8:
            prose = HousedProse(file, years[year], years[year - 1], kind, any_house(wording), wording)
        document = build(
            file, years[year], years[year - 1], kind, layout, narrative=narrative, drafts=suffix == ".xlsx", prose=prose
        )
        render(document, folder / file, font_size=layout.font_size)
        documents.append(document)
        if others.random() < 0.1:
            file = f"{number:04d}-government-{body.place}{year}年政府预算{suffix}"
            documents.append(government_budget(file, body.place, year, seed))
            render(documents[-1], folder / file)
    write_truth(folder / "TRUTH.csv", (fact for document in documents for fact in document.facts()))
    return documents


def write_bundled(folder: Path, truth: Path) -> list[str]:
    """Print the bundled samples into `folder`, TRUTH.csv and PLANTED.csv into `truth`; gives what could not be printed."""
    folder.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    skipped = []
    for _, document in bundled():
        try:
            render(document, folder / document.file)
        except (pdf.NoFont, workbook.NoWriter) as error:
            skipped.append(f"{document.file}：{error}")
    write_truth(truth / "TRUTH.csv", bundled_truth())
    write_planted(truth / "PLANTED.csv")
    return skipped
