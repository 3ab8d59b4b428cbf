"""Which code and reference data produced something: hashes over their files, so that a change re-reads and nothing else does."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_READING = ("extractors", "models", "data/catalog", "data/forms", "data/vocabulary")
_NOT_READING = {"models/operations.py", "models/decisions.py", "models/views.py"}
"""Modules that no reading depends on."""
_CHECKING = (
    "expectations",
    "flows/candidate.py",
    "data/views",
    "data/expectations",
    "models/views.py",
    "models/warehouse.py",
    "data/catalog",
)
_LIBRARIES = (
    "pypdfium2",
    "pdfplumber",
    "pdfminer.six",
    "python-docx",
    "openpyxl",
    "python-calamine",
    "xlrd",
    "lxml",
    "rapidfuzz",
    "rapidocr",
    "onnxruntime",
    "opencv-python-headless",
)
_SUFFIXES = {".py", ".toml", ".csv", ".sql", ".json"}


def _files(roots: tuple[str, ...]) -> list[Path]:
    found: set[Path] = set()
    for root in roots:
        path = _ROOT / root
        found.update([path] if path.is_file() else (one for one in path.rglob("*") if one.suffix in _SUFFIXES))
    return sorted(one for one in found if str(one.relative_to(_ROOT)) not in _NOT_READING)


def _hash(roots: tuple[str, ...], *more: str) -> str:
    digest = hashlib.sha256()
    for path in _files(roots):
        digest.update(str(path.relative_to(_ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()[:24]


def _library(name: str) -> str:
    try:
        return f"{name}={version(name)}"
    except PackageNotFoundError:
        return f"{name}=absent"


@lru_cache(maxsize=1)
def stage_key() -> str:
    """Everything a document's reading depends on besides its bytes: code, vocabulary, catalogs, libraries."""
    return _hash(_READING, *(_library(name) for name in _LIBRARIES))


@lru_cache(maxsize=1)
def checking_key() -> str:
    """Everything the candidate's checks, views and reference tables depend on besides the staged rows."""
    return _hash(_CHECKING)


@lru_cache(maxsize=1)
def code_version() -> str:
    """The version shown to people: the package's, and the stage key it reads with."""
    try:
        package = version("kuanxiang")
    except PackageNotFoundError:
        package = "0"
    return f"{package}+{stage_key()[:12]}"
