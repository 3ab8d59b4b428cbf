"""Bodies and places: names in one form, stable ids, the place a name tells."""

from __future__ import annotations

import pytest

from models.departments import department_id, holder, is_body, normalise
from models.regions import by_code, from_place, region_of


@pytest.mark.parametrize(
    ("name", "code", "level"),
    [
        ("上海市普陀区财政局", "310107", "county"),
        ("北京市交通委员会", "110000", "province"),
        ("中共重庆市委宣传部", "500000", "province"),
        ("西安市发展和改革委员会", "610100", "city"),
        ("中共泸州市委办公室", "510500", "city"),
        ("中国共产党泸州市委员会办公室", "510500", "city"),
        ("共青团西安市委员会", "610100", "city"),
        ("四川省泸州市江阳区教育局", "510502", "county"),
        ("昆山市财政局", "320583", "county"),
        ("上海市普陀区人民政府石泉路街道办事处", "310107", "township"),
        ("东莞市虎门镇人民政府", "441900", "township"),
        ("财政部", "100000", "central"),
        ("国家信访局", "100000", "central"),
        ("西南大学", "100000", "central"),
        ("最高人民检察院", "100000", "central"),
        ("新疆维吾尔自治区财政厅", "650000", "province"),
        ("内蒙古自治区教育厅", "150000", "province"),
        ("恩施土家族苗族自治州财政局", "422800", "city"),
        ("吉林省财政厅", "220000", "province"),
        ("吉林市财政局", "220200", "city"),
        ("北京市朝阳区教育委员会", "110105", "county"),
        ("南京市鼓楼区财政局", "320106", "county"),
        # areas the standard does not list, with the code of the place they lie in
        ("新疆生产建设兵团第八师财政局", "650000", "city"),
        ("新疆生产建设兵团财政局", "650000", "province"),
        ("雄安新区公共服务局", "130000", "city"),
        ("苏州工业园区管理委员会", "320500", "county"),
        ("北京经济技术开发区管理委员会", "110000", "county"),
        ("西安市高新区第一小学", "610100", "county"),
        ("成都市天府新区财政金融局", "510100", "county"),
        ("上海市浦东新区教育局", "310115", "county"),
        ("北京市园林绿化局", "110000", "province"),
        ("上海市工业园区管理中心", "310000", "province"),
        # places that are gone
        ("北京市崇文区财政局", "110103", "county"),
    ],
)
def test_the_place_a_name_tells(name: str, code: str, level: str) -> None:
    region = region_of(name)
    assert region is not None
    assert (region.code, region.level) == (code, level)


@pytest.mark.parametrize("name", ["鼓楼区财政局", "市委办公室", "省人大办公厅", "第一中学", "朝阳区教育局"])
def test_a_name_that_does_not_tell_its_place_gets_none(name: str) -> None:
    assert region_of(name) is None


def test_a_namesake_is_chosen_by_the_place_above() -> None:
    inside = region_of("鼓楼区财政局", "320100")
    assert inside is not None
    assert inside.code == "320106"


def test_places_by_code_and_inside_a_text() -> None:
    region = by_code("1508")
    assert region is not None
    assert (region.code, region.name, region.level) == ("150800", "巴彦淖尔市", "city")
    assert by_code("999999") is None
    assert from_place("经福州市财政局") == "福州市财政局"


@pytest.mark.parametrize(
    ("printed", "name", "kind"),
    [
        ("深圳市交通运输局（本级）", "深圳市交通运输局", "unit"),
        ("西安市财政局（汇总）", "西安市财政局", "department"),
        ("单位名称：某县 教育局", "某县教育局", None),
        ("预算主管部门：上海市普陀区司法局", "上海市普陀区司法局", None),
        ("341-无锡市统计局", "无锡市统计局", None),
        ("北京市商务局（简称市商务局）", "北京市商务局", None),
        ("中国共产党泸州市委员会办公室(盖章)", "中国共产党泸州市委员会办公室", None),
    ],
)
def test_names_in_one_form(printed: str, name: str, kind: str | None) -> None:
    body = normalise(printed)
    assert (body.name, body.kind) == (name, kind)


def test_ids_are_stable_and_keep_units_apart() -> None:
    one = department_id("上海市普陀区财政局", "310107")
    assert one == department_id("上海市 普陀区财政局（本级）", "310107")
    assert one == "b611c5487579e4d0"
    assert one != department_id("上海市普陀区财政局", "310107", "unit")
    assert one != department_id("上海市普陀区财政局", None)
    assert one == department_id("普陀区财政局", "310107")
    assert department_id("西安市第一中学", "610100") == department_id("西安市第一中学", "610100", "unit")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海市普陀区财政局", True),
        ("财政部", True),
        ("某市重点项目服务中心", True),
        ("某市财政预算评审中心", True),
        ("收支预算总表", False),
        ("上海市XX局", False),
        ("2024年度", False),
        ("合计", False),
        ("部门预算", False),
    ],
)
def test_what_can_be_a_body(text: str, expected: bool) -> None:
    assert is_body(text) is expected


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("上海市文化和旅游局执法总队", "上海市文化和旅游局"),
        ("上海市住房和城乡建设管理委员会人才开发评价中心", "上海市住房和城乡建设管理委员会"),
        ("长沙市民政局婚姻登记处", "长沙市民政局"),
        ("上海市人民政府办公厅", None),
        ("中国共产党泸州市委员会党校", None),
        ("西安市人民代表大会常务委员会办公厅", None),
        ("西安市财政局", None),
        ("上海市戒毒康复中心", None),
        ("长沙市地方志编纂委员会办公室", None),
    ],
)
def test_the_department_a_units_name_begins_with(name: str, above: str | None) -> None:
    assert holder(name) == above


@pytest.mark.parametrize(
    ("names", "region"),
    [
        (("江苏省委办公厅", "中共江苏省委办公厅", "中国共产党江苏省委员会办公厅"), "320000"),
        (("四川省泸州市江阳区教育局", "泸州市江阳区教育局", "江阳区教育局"), "510502"),
        (("政协长沙市委员会办公厅", "长沙市政协办公厅", "中国人民政治协商会议长沙市委员会办公厅"), "430100"),
        (("江苏省人大常委会办公厅", "江苏省人民代表大会常务委员会办公厅"), "320000"),
        (("西安市人民政府办公厅", "西安市政府办公厅"), "610100"),
        (("吉林省吉林市财政局", "吉林市财政局"), "220200"),
    ],
)
def test_one_body_under_several_forms_of_its_name(names: tuple[str, ...], region: str) -> None:
    assert len({department_id(name, region) for name in names}) == 1


def test_different_bodies_stay_different() -> None:
    names = (
        "西安市教育局", "西安市委教育工委", "西安市人民政府", "西安市人民政府办公厅", "中共西安市委办公厅", "西安市政协办公厅",
        "西安市人大办公厅", "西安市总工会", "共青团西安市委", "中共西安市委党校", "西安市委员会",
    )  # fmt: skip
    assert len({department_id(name, "610100") for name in names}) == len(names)
    assert department_id("吉林市财政局", "220200") != department_id("吉林省财政厅", "220000")
    assert department_id("财政局", "220200") != department_id("财政局", "220100")
