"""Bytes → `Extract`: one module a format behind `read`. Knows nothing of money, forms or codes.

Importing this package is cheap: the readers and the libraries under them are imported when a document needs them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from extractors.detect import NAMES, detect
from extractors.errors import (
    DamagedDocument,
    EncryptedDocument,
    ExtractionError,
    TooLarge,
    UnsupportedFormat,
)
from extractors.limits import Limits
from extractors.model import Extract, Note

__all__ = ["Limits", "detect", "read"]

_READERS = {
    "pdf": ("extractors.pdf", "read_pdf"),
    "docx": ("extractors.docx", "read_docx"),
    "doc": ("extractors.doc", "read_doc"),
    "xlsx": ("extractors.xlsx", "read_xlsx"),
    "xls": ("extractors.xls", "read_xls"),
    "xls-xml": ("extractors.xls_xml", "read_xls_xml"),
    "ods": ("extractors.ods", "read_ods"),
    "html": ("extractors.html", "read_html"),
    "mht": ("extractors.mht", "read_mht"),
    "ofd": ("extractors.ofd", "read_ofd"),
    "txt": ("extractors.txt", "read_txt"),
    "rtf": ("extractors.rtf", "read_rtf"),
    **dict.fromkeys(("png", "jpg", "tiff", "gif", "bmp"), ("extractors.image", "read_image")),
}
_ARCHIVES = {"zip", "7z", "rar"}
_DEFAULT = Limits()


def read(path: Path, *, name: str | None = None, limits: Limits = _DEFAULT) -> Extract:
    """The document at `path` as an `Extract`; its type is decided by content, never by name.

    name: the published file name, only used in messages. Raises an `ExtractionError` (and nothing else) whose
    message is a Chinese sentence saying what is wrong and what to do.
    """
    label = name or path.name
    try:
        size = path.stat().st_size
        if size == 0:
            raise DamagedDocument("文件为空（0 字节），请重新下载。")
        if size > limits.max_bytes:
            raise TooLarge(f"文件有 {size / 1048576:.0f} MB，超过上限 {limits.max_bytes / 1048576:.0f} MB，未读取。")
        kind = detect(path)
        if kind == "damaged" or (kind == "zip" and not zipfile.is_zipfile(path)):
            raise DamagedDocument("文件不完整或已损坏（容器结构无法打开），可能下载中断；请重新下载。")
        reader = _reader(kind)
        extract = reader(path, limits)
        if not extract.blocks and not extract.notes:
            extract = replace(extract, notes=(Note("no_content", f"{NAMES.get(kind, kind)}中没有可读的文字或表格。"),))
        return extract
    except ExtractionError:
        raise
    except (MemoryError, RecursionError) as error:
        raise TooLarge(f"“{label}”的结构过大或嵌套过深，超出可安全处理的范围，未读取。") from error
    except OSError as error:
        raise DamagedDocument(
            f"无法打开“{label}”：{error.strerror or type(error).__name__}；请检查文件后重新提交。"
        ) from error
    except Exception as error:  # the boundary: a library's own exception never leaves this package
        raise DamagedDocument(
            f"“{label}”内部结构损坏，无法解析（{type(error).__name__}）；请重新下载或向发布单位索取完整文件。"
        ) from error


def _reader(kind: str) -> Callable[[Path, Limits], Extract]:
    """The reader of a type, imported now. Raises the error that says why a type is not read."""
    if kind in _READERS:
        module, function = _READERS[kind]
        found: Callable[[Path, Limits], Extract] = getattr(import_module(module), function)
        return found
    label = NAMES.get(kind, kind)
    if kind == "encrypted":
        raise EncryptedDocument("文件设有打开密码，无法读取；请取得未加密的版本。")
    if kind in _ARCHIVES:
        raise UnsupportedFormat(f"这是{label}，不是单个文档；请解压后提交其中的文件。")
    if kind == "unknown":
        raise UnsupportedFormat("无法从内容识别文件类型，未读取；请确认是 PDF、Word、Excel 或网页文件。")
    if kind == "damaged-text":
        raise DamagedDocument("文件像是以错误编码转存过的文本或二进制内容（大量替换字符），原文已丢失；请重新下载。")
    raise UnsupportedFormat(f"暂不支持{label}；请另存为 DOCX、XLSX 或 PDF 后提交。")
