"""DOC and WPS text files (OLE2 Word) → `Extract`: converted to DOCX in a child process, then read as DOCX.

No program other than the converter sees the file by default; LibreOffice, where it is installed, is asked only when the
converter gives up. Macros are never run: the converter cannot, and LibreOffice opens the file with macros disabled.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from extractors.docx import read_docx
from extractors.errors import DamagedDocument, EncryptedDocument, ExtractionError, TooLarge, UnsupportedFormat
from extractors.limits import Limits
from extractors.model import Extract, Note

_CHILD = Path(__file__).with_name("doc_convert.py")
_MACROS_OFF = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
    '<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>'
    '<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item></oor:items>'
)


_PATIENCE = 4
"""Of a limit in processor time: so much may pass on the clock, for other processes also want the machine."""
_OUT_OF_TIME = getattr(signal, "SIGXCPU", 24)


def read_doc(path: Path, limits: Limits) -> Extract:
    """The document as an extract of format ``doc``, its places as in DOCX (``P12``, ``T3R5C2``).

    Raises DamagedDocument, EncryptedDocument, UnsupportedFormat, TooLarge, or what `read_docx` raises.
    """
    with tempfile.TemporaryDirectory(prefix="kuanxiang-doc-") as folder:
        target = Path(folder) / "converted.docx"
        engine = "msdoc2docx"
        notes: tuple[Note, ...] = ()
        try:
            _convert(path, target, limits)
        except (UnsupportedFormat, DamagedDocument):
            office = shutil.which("soffice") or shutil.which("libreoffice")
            if office is None:
                raise
            _convert_with_office(office, path, target, limits)
            engine = "libreoffice"
            notes = (Note("engine", "内置转换器未能读取此 Word 文件，改用 LibreOffice 转换后读取。"),)
        try:
            extract = read_docx(target, limits)
        except DamagedDocument as error:
            raise DamagedDocument("旧版 Word 文件转换后的内容不完整，无法读取；请另存为 DOCX 后提交。") from error
    return replace(extract, format="doc", engine=f"{engine}+{extract.engine}", notes=notes + extract.notes)


def _convert(source: Path, target: Path, limits: Limits) -> None:
    """Convert in a child process, bounded in processor time and memory. Raises an ExtractionError where that fails."""
    late = f"转换旧版 Word 文件超过 {limits.max_seconds:g} 秒的时限，已停止；请另存为 DOCX 后提交。"
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD), str(source.resolve()), str(target), str(math.ceil(limits.max_seconds))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_PATIENCE * limits.max_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooLarge(late) from error
    if done.returncode == 0:
        return
    if done.returncode == -_OUT_OF_TIME:
        raise TooLarge(late)
    reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["原因不明"])[-1][:200]
    raise _refusal(done.returncode, reason)


def _refusal(status: int, reason: str) -> ExtractionError:
    if status == 3:
        return EncryptedDocument("旧版 Word 文件设有密码，无法读取；请取得未加密的版本。")
    if status == 5:
        return TooLarge("旧版 Word 文件的结构过大或嵌套过深，超出可安全处理的范围，未读取；请另存为 DOCX 后提交。")
    if status == 6:
        return UnsupportedFormat(
            f"旧版 Word 文件转换时会丢失文字（如“{reason}”），为免误读而拒绝；请另存为 DOCX 后提交。"
        )
    return DamagedDocument(f"旧版 Word 文件损坏或不是 Word 97 以后的格式，无法读取（{reason}）；请另存为 DOCX 后提交。")


def _convert_with_office(office: str, source: Path, target: Path, limits: Limits) -> None:
    """Convert through LibreOffice in a profile of its own with macros disabled. Raises an ExtractionError."""
    folder = target.parent
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_MACROS_OFF, encoding="utf-8")
    copy = folder / "office.doc"
    shutil.copyfile(source, copy)
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", "docx"]
    with subprocess.Popen(
        [*command, "--outdir", str(folder), str(copy)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            running.wait(_PATIENCE * min(limits.max_seconds, 120.0))
        except subprocess.TimeoutExpired as error:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)  # its launcher and what that has started
            raise TooLarge("LibreOffice 转换旧版 Word 文件超时，已停止；请另存为 DOCX 后提交。") from error
    written = folder / "office.docx"
    if not written.is_file():
        raise DamagedDocument("旧版 Word 文件损坏或格式不受支持，无法转换；请另存为 DOCX 后提交。")
    written.replace(target)
