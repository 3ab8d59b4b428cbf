"""Old and open workbooks: the same model as XLSX, and no partial reading of a cut file."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from extractors import read
from extractors.errors import DamagedDocument, EncryptedDocument
from extractors.model import Table
from tests.extractors.builders import at, only_table, texts, write_zip

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def _sample() -> Path:
    found = sorted(SAMPLES.glob("*.xls"))
    if not found:
        pytest.skip("data/samples has no XLS file")
    return found[0]


def _ods(path: Path, rows: str, manifest: str = "<x/>") -> Path:
    return write_zip(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest,
            "content.xml": f'<office:document-content {_SPACES}><table:table table:name="表1">{rows}</table:table>'
            "</office:document-content>",
        },
    )


def _cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_an_old_workbook_is_read_with_addresses_and_merged_titles() -> None:
    extract = read(_sample())
    assert extract.format == "xls"
    tables = list(extract.tables())
    assert tables and all(cell.place.sheet and cell.place.cell for table in tables for cell in table.cells)
    assert any(cell.column_span > 1 for table in tables for cell in table.cells)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.99, 0.999])
def test_a_cut_workbook_is_refused_or_read_whole(tmp_path: Path, share: float) -> None:
    data = _sample().read_bytes()
    path = tmp_path / "a.xls"
    path.write_bytes(data[: int(len(data) * share)])
    try:
        cut = read(path)
    except DamagedDocument as error:
        assert "重新下载" in str(error)
    else:
        assert [texts(t) for t in cut.tables()] == [texts(t) for t in read(_sample()).tables()]


def test_an_open_workbook_shows_its_stored_text_at_its_addresses(tmp_path: Path) -> None:
    rows = (
        f"<table:table-row>{_cell('收入表', 'table:number-columns-spanned=' + chr(34) + '3' + chr(34))}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{_cell("KEY")}{_cell("99")}</table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="1"/>'
        f"{_cell('税收')}{_cell('1,234.50', 'office:value-type=' + chr(34) + 'float' + chr(34))}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    extract = read(_ods(tmp_path / "a.ods", rows))
    table = only_table(extract)
    assert extract.format == "ods"
    assert texts(table) == [["收入表"] * 3, ["", "税收", "1,234.50"]]
    assert at(table, "C3") == "1,234.50"
    assert {cell.text for block in extract.hidden if isinstance(block, Table) for cell in block.cells} == {"KEY", "99"}


def test_an_encrypted_open_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument, match="密码"):
        read(_ods(tmp_path / "a.ods", "", manifest="<m><encryption-data/></m>"))


def test_a_merged_range_beyond_the_sheet_takes_no_memory(tmp_path: Path) -> None:
    """Found by the fuzz harness: every row was filled with blanks up to the range's last column."""
    data = bytearray(_sample().read_bytes())
    places = [i for i in range(len(data) - 12) if data[i : i + 2] == b"\xe5\0" and data[i + 4 : i + 6] != b"\0\0"]
    assert places
    for start in places:
        size, count = struct.unpack_from("<HH", data, start + 2)
        if size == 2 + 8 * count:
            struct.pack_into("<HHHH", data, start + 6, 0, 65535, 0, 65535)
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    code = (
        "import resource, sys; from pathlib import Path; import extractors, extractors.xls, xlrd, extractors.errors;"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30));"
        "from extractors.xls import read_xls; from extractors.limits import Limits;\n"
        "try: read_xls(Path(sys.argv[1]), Limits())\n"
        "except extractors.errors.ExtractionError as error: print(type(error).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
