"""The catalog by year: what it knows, what changed, and the rows it gives the warehouse."""

from __future__ import annotations

import subprocess
import sys

import pytest

from data import data_path, read_csv
from models import warehouse
from models.catalog import FIRST_YEAR, LAST_YEAR, load_catalog

FUNCTIONAL = load_catalog().functional


@pytest.mark.parametrize(
    ("year", "code", "name"),
    [
        (2019, "20805", "行政事业单位离退休"),
        (2020, "20805", "行政事业单位养老支出"),
        (2018, "210", "医疗卫生与计划生育支出"),
        (2019, "210", "卫生健康支出"),
        (2013, "201", "一般公共服务"),
        (2023, "2013101", "行政运行"),
    ],
)
def test_a_code_has_the_name_of_its_year(year: int, code: str, name: str) -> None:
    entry = FUNCTIONAL.get(year, code)
    assert entry is not None
    assert entry.name == name


def test_a_code_outside_of_its_years_is_found_only_nearby() -> None:
    assert FUNCTIONAL.get(2020, "2080504") is None
    near = FUNCTIONAL.near(2021, "2080504")
    assert near is not None
    assert near.valid_to == 2019
    assert FUNCTIONAL.near(2023, "2080504") is None


def test_children_of_a_class_are_its_own() -> None:
    children = FUNCTIONAL.children(2023, "221")
    assert [child.code for child in children] == ["22101", "22102", "22103"]
    assert {child.level for child in children} == {"款"}


def test_every_entry_has_a_parent_in_the_catalog_in_every_year_it_is_valid() -> None:
    orphans = [
        (year, entry.code)
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for entry in FUNCTIONAL.in_year(year)
        if entry.parent is not None and FUNCTIONAL.ever(year, entry.parent) is None
    ]
    assert orphans == []


def test_no_code_has_two_names_in_one_year() -> None:
    for scheme in (FUNCTIONAL, load_catalog().department, load_catalog().government, load_catalog().revenue):
        for entry in scheme.entries:
            for other in scheme.history(entry.code):
                if other is not entry:
                    assert entry.distance(other.valid_from) > 0, (entry, other)


def test_warehouse_rows_have_the_columns_of_their_tables_and_unique_keys() -> None:
    rows = list(load_catalog().function_rows())
    assert set(rows[0]) == set(warehouse.function_code.columns.keys())
    assert len({(row["fiscal_year"], row["code"]) for row in rows}) == len(rows) > 20_000
    economic = list(load_catalog().economic_rows())
    assert set(economic[0]) == set(warehouse.economic_code.columns.keys())
    assert len({(row["fiscal_year"], row["code"]) for row in economic}) == len(economic)
    assert {str(row["code"])[0] for row in economic} == {"3", "5"}
    crosswalk = list(load_catalog().crosswalk_rows())
    assert set(crosswalk[0]) == set(warehouse.function_crosswalk.columns.keys())
    assert {row["relation"] for row in crosswalk} == {"renamed", "moved", "merged", "split", "abolished", "new"}


def test_the_crosswalk_keeps_the_line_from_old_to_new() -> None:
    renamed = [change for change in load_catalog().changes if change.year == 2020 and change.old_code == "20805"]
    assert [(change.new_code, change.relation) for change in renamed] == [("20805", "renamed")]


def test_both_economic_schemes_correspond() -> None:
    assert load_catalog().government_of_department["30102"] == ("50101",)


def test_importing_reads_no_table() -> None:
    script = "import models.classify, data; print(data.read_csv.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_data_files_are_found_by_name_and_never_outside() -> None:
    assert data_path("catalog/functional.csv").is_file()
    with pytest.raises(FileNotFoundError, match="nothing"):
        data_path("catalog/nothing.csv")
    with pytest.raises(ValueError, match="越出"):
        data_path("../pyproject.toml")
    assert read_csv("catalog/functional.csv") is read_csv("catalog/functional.csv")


def test_a_year_nobody_saw_is_never_called_certain() -> None:
    rows = {(int(str(row["fiscal_year"])), row["code"]): row["confidence"] for row in load_catalog().function_rows()}
    assert rows[2024, "2010101"] == "source"
    # the lists of these years were not at hand, nor was that of a year to come
    assert {rows[year, "2010101"] for year in (2011, 2014, 2027)} == {"inferred"}
    assert not any(kind == "source" for (year, _), kind in rows.items() if 2010 <= year <= 2016 or year > 2026)
    assert set(rows.values()) == {"source", "inferred", "memory-high", "memory-low"}
