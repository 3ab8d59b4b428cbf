"""Safe opening of ZIP packages (DOCX, XLSX, ODS): sizes bounded before a byte is unpacked, XML without entities."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from extractors.errors import DamagedDocument, EncryptedDocument, TooLarge
from extractors.limits import Limits

_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}


class Package:
    """An opened ZIP package whose parts are read by name within limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open and check sizes. Raises DamagedDocument, EncryptedDocument or TooLarge."""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DamagedDocument("文件不完整或已损坏（压缩结构无法打开），请重新下载。") from error
        check_sizes(self._zip.infolist(), limits)
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()}
        self._left = limits.max_unpacked_bytes

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        """Part names in lower case, without a leading slash."""
        return list(self._names)

    def data(self, name: str) -> bytes | None:
        """The bytes of a part, None where there is none."""
        info = self._names.get(name.lstrip("/").lower())
        if info is None:
            return None
        if info.flag_bits & 1:
            raise EncryptedDocument("文件设有密码，无法读取；请取得未加密的版本。")
        try:
            with self._zip.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise DamagedDocument("文件不完整或已损坏（内部部件无法解压），请重新下载。") from error
        except Exception as error:  # zlib.error and what other decompressors raise
            raise DamagedDocument("文件不完整或已损坏（内部部件无法解压），请重新下载。") from error
        self._left -= len(content)
        if self._left < 0:
            raise TooLarge("文件解压后过大，已停止读取；请检查来源。")
        return content

    def xml(self, name: str) -> Any | None:
        """The root element of an XML part, None where there is none."""
        content = self.data(name)
        return None if content is None else parse_xml(content)

    def relationships(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationship id → (type's last word, target part) of a part; external targets are left out."""
        name = name.lstrip("/")
        folder, _, base = name.rpartition("/")
        root = self.xml(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        found: dict[str, tuple[str, str]] = {}
        for element in root if root is not None else ():
            if not isinstance(element.tag, str) or element.get("TargetMode") == "External":
                continue
            target = (element.get("Target") or "").replace("\\", "/")
            full = target.lstrip("/") if target.startswith("/") else _resolve(folder, target)
            found[element.get("Id") or ""] = ((element.get("Type") or "").rpartition("/")[2], full)
        return found

    def properties(self) -> dict[str, str]:
        """Title, creator, dates and producing program, as the package states them."""
        found: dict[str, str] = {}
        for part in ("docProps/core.xml", "docProps/app.xml"):
            try:
                root = self.xml(part)
            except DamagedDocument:
                continue
            for element in root if root is not None else ():
                if isinstance(element.tag, str) and element.text and len(element) == 0:
                    key = etree.QName(element).localname
                    if key in _PROPERTIES:
                        found[key] = element.text.strip()[:500]
        return found


_PROPERTIES = {
    "title",
    "subject",
    "creator",
    "lastModifiedBy",
    "created",
    "modified",
    "Application",
    "Company",
    "description",
}


def _resolve(folder: str, target: str) -> str:
    parts: list[str] = folder.split("/") if folder else []
    for piece in target.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in ("", "."):
            parts.append(piece)
    return "/".join(parts)


def check_sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse a ZIP that promises too many members, too many bytes or an absurd ratio. Raises TooLarge."""
    if len(members) > limits.max_members:
        raise TooLarge(f"压缩包内成员超过 {limits.max_members} 个，未读取。")
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if total > limits.max_unpacked_bytes:
        raise TooLarge(
            f"解压后达 {total / 1048576:.0f} MB，超过上限 {limits.max_unpacked_bytes / 1048576:.0f} MB，未读取。"
        )
    if total > 50 * 1024 * 1024 and total > packed * limits.max_ratio:
        raise TooLarge("压缩比异常（疑似压缩炸弹），未读取；请检查来源。")


_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9_.\-]+)["']""")
_ENCODINGS = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"gb2312", b"gbk", b"gb18030", b"iso-8859-1"}
_FORBIDDEN = tuple(
    text.encode(encoding) for text in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


def _prepared(content: bytes) -> bytes:
    """XML bytes fit for a parser: no document type (entities could unfold without end), in a plain encoding, and in the
    usual namespaces. No office program writes a document type. Raises DamagedDocument."""
    declared = _DECLARED.match(content[:200].removeprefix(b"\xef\xbb\xbf").lstrip())
    plain = declared is None or declared.group(1).lower() in _ENCODINGS
    start = content[:4].removeprefix(b"\xef\xbb\xbf")
    odd = (
        start[:2] not in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
        and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<"
    )
    if odd or not plain or any(mark in content for mark in _FORBIDDEN):
        raise DamagedDocument("文件内部的 XML 损坏或含有不允许的声明（可能是恶意构造的文件），已拒绝读取。")
    if b"purl.oclc.org" in content[:4096]:
        for strict, usual in _STRICT.items():
            content = content.replace(strict, usual)
    return content


def parse_xml(content: bytes) -> Any:
    """The root of an XML part; a document type declaration (entities) is refused, no office program writes one."""
    content = _prepared(content)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedDocument("文件内部的 XML 部件损坏或不完整，无法解析；请重新下载。") from error


def iterate(content: bytes, tags: tuple[str, ...]) -> Iterator[Any]:
    """Elements of the given qualified names as they end, each cleared after use: big parts in bounded memory."""
    content = _prepared(content)
    events = etree.iterparse(
        BytesIO(content), events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True,
        remove_comments=True,
    )  # fmt: skip
    try:
        for _, element in events:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise DamagedDocument("文件内部的 XML 部件损坏或不完整，无法解析；请重新下载。") from error
