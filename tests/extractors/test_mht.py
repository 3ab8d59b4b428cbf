"""MHT: the saved page is read as the page it was, whatever its transfer encoding."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from extractors import detect, read
from extractors.errors import DamagedDocument
from tests.extractors.builders import only_table, texts

_PAGE = (
    "<html><head><title>决算公开</title></head><body><h1>收入支出决算总表</h1><table border=1>"
    "<tr><td>项目</td><td>金额（万元）</td></tr><tr><td>一、教育支出</td><td>1,234.56</td></tr></table></body></html>"
)


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "base64"), ("gb2312", "quoted-printable")])
def test_saved_page(tmp_path: Path, charset: str, encoding: str) -> None:
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message["Subject"] = "page"
    message.set_content(_PAGE, subtype="html", charset=charset, cte=encoding)
    message.make_related()
    message.add_related(b"\x89PNG" + bytes(40), "image", "png")
    path = tmp_path / "a.mht"
    path.write_bytes(bytes(message))
    assert detect(path) == "mht"
    extract = read(path)
    assert extract.format == "html"
    assert texts(only_table(extract)) == [["项目", "金额（万元）"], ["一、教育支出", "1,234.56"]]


def test_a_saved_file_without_a_page_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mht"
    path.write_bytes(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" + "没有网页。".encode() * 20)
    with pytest.raises(DamagedDocument, match="MHT"):
        read(path)
