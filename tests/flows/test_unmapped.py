"""What nobody could map goes out to a person and comes back: all or nothing, kept with who and when, and then applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows import checking, road
from flows.cli import main
from flows.home import Home
from flows.observer import Observer
from flows.warehouse import reading

_MINE, _OTHER = "示例市财政局2025年部门预算.xlsx", "示例市司法局2025年部门预算.xlsx"


def _workbook(path: Path, body: str, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表1"
    for row in [[f"{body}2025年部门预算专项资金安排表"], ["单位：万元"], *rows]:
        sheet.append(row)
    book.save(path)


@pytest.fixture(scope="module", autouse=True)
def _without_checks() -> Iterator[None]:
    """What is unmapped does not depend on the expectations (they have their own tests), and they take most of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "check", lambda home, run_id, path: {})
        yield


@pytest.fixture(scope="module")
def home(_without_checks: None, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("unmapped")
    made = Home(folder / "home").create()
    made.configuration_file.write_text("[reading]\nworkers = 1\nseconds = 60.0\n", encoding="utf-8")
    inbox = folder / "inbox"
    inbox.mkdir()
    _workbook(
        inbox / _MINE, "示例市财政局",
        [["项目", "专项额度", "甲类"], ["合计", 30.5, 7], ["+古籍修缮", 20.5, 4], ["档案整理", 10.0, 3]],
    )  # fmt: skip
    _workbook(inbox / _OTHER, "示例市司法局", [["项目", "金额"], ["合计", 8.5], ["法律援助补助", 8.5]])
    road.journey(made, [str(inbox)], road.Steps(), Observer(), kind="ingest")
    return made


class _Kuanxiang:
    """The command in this process: its exit code and all it says."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def __call__(self, *arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(self.home.root), *arguments])
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err


@pytest.fixture
def kuanxiang(home: Home, capsys: pytest.CaptureFixture[str]) -> _Kuanxiang:
    return _Kuanxiang(home, capsys)


def _items(home: Home, file: str) -> list[tuple[Any, ...]]:
    with reading(home) as connection:
        return connection.execute(
            """SELECT item_name, item, component, function_code, mapping_method, amount_yuan FROM line_item
               JOIN document USING (document_id) WHERE file_name = ? ORDER BY row_no, column_no""",
            [file],
        ).fetchall()


def _stage_keys(home: Home) -> dict[str, str]:
    with reading(home) as connection:
        query = "SELECT file_name, stage_key FROM internal.stage JOIN document USING (document_id)"
        return dict(connection.execute(query).fetchall())


def _fill(path: Path, target: Path, sheet: str, text: str, **answers: str) -> None:
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    labels = [cell.value for cell in page[1]]
    row = next(r for r in page.iter_rows(min_row=2) if text in str(r[0].value))
    for label, value in answers.items():
        row[labels.index(label)].value = value
    book.save(target)


def test_the_round_trip(home: Home, kuanxiang: _Kuanxiang, tmp_path: Path) -> None:
    out, back = tmp_path / "out.xlsx", tmp_path / "back.xlsx"
    asked = kuanxiang("export", "--unmapped", str(out))
    assert asked[0] == 0, asked[1]
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["说明", "选项", "表题", "表头", "行名"]
    assert book["表头"].data_validations.count >= 5
    shown = [row[0].value for row in book["行名"].iter_rows(min_row=2)]
    assert "'+古籍修缮" in shown  # text of a document never runs as a formula
    assert all(c.data_type != "f" for page in book for row in page.iter_rows() for c in row)
    before = _stage_keys(home)

    _fill(out, back, "行名", "古籍修缮", 功能科目编码="2070199")
    _fill(back, back, "表头", "甲类", 处理="statistic")
    _fill(back, back, "表头", "专项额度", 构成="project")
    learned = kuanxiang("export", "--unmapped", str(back), "--import", "--by", "张三")
    assert learned[0] == 0, learned[1]
    assert "重读文件 1 份" in learned[1]

    mine = _items(home, _MINE)
    assert ("+古籍修缮", "2070199", "manual", Decimal("205000.00")) in [(r[0], r[3], r[4], r[5]) for r in mine]
    assert {r[2] for r in mine} == {"project"}
    after = _stage_keys(home)
    assert after[_OTHER] == before[_OTHER]  # only the document concerned was read again
    assert after[_MINE] != before[_MINE]
    kept = [json.loads(x) for x in (home.root / "vocabulary" / "steward.jsonl").read_text("utf-8").splitlines()]
    assert {entry["by"] for entry in kept} == {"张三"}
    assert all(entry["at"].startswith("20") for entry in kept)


def test_one_wrong_cell_and_nothing_is_taken(home: Home, kuanxiang: _Kuanxiang, tmp_path: Path) -> None:
    out, back = tmp_path / "out.xlsx", tmp_path / "back.xlsx"
    assert kuanxiang("export", "--unmapped", str(out))[0] == 0
    store = home.root / "vocabulary" / "steward.jsonl"
    before = store.read_text("utf-8") if store.exists() else ""
    _fill(out, back, "行名", "档案整理", 功能科目编码="9999999")
    _fill(back, back, "行名", "法律援助", 规范名称="法律援助")
    code, said = kuanxiang("export", "--unmapped", str(back), "--import", "--by", "张三")
    assert code == 2
    assert "行名!H" in said and "9999999" in said and "一项也没有收" in said
    assert (store.read_text("utf-8") if store.exists() else "") == before


def test_importing_needs_a_name_and_answers(kuanxiang: _Kuanxiang, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert kuanxiang("export", "--unmapped", str(out))[0] == 0
    nameless = kuanxiang("export", "--unmapped", str(out), "--import")
    assert nameless[0] == 2 and "--by" in nameless[1]
    empty = kuanxiang("export", "--unmapped", str(out), "--import", "--by", "张三")
    assert empty[0] == 2 and "没有填写" in empty[1]
