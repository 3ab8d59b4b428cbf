"""Fixtures shared by all tests: the bundled samples with their truth, and the real documents beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"
TRUTH_FILE = ROOT / "data" / "samples_truth" / "TRUTH.csv"
PLANTED_FILE = TRUTH_FILE.with_name("PLANTED.csv")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the bundled samples."""
    return SAMPLES


@pytest.fixture(scope="session")
def real() -> Path:
    """Real documents, gathered beside the repository (``../shared/real``); skips aloud where they are absent."""
    folder = ROOT.parent / "shared" / "real" / "files"
    if not folder.is_dir():
        pytest.skip(f"真实文件不在 {folder.relative_to(ROOT.parent)}，与之有关的测试跳过")
    return folder


@pytest.fixture(scope="session")
def seed() -> Path:
    """The seed document's folder (``../shared/seed``); skips aloud where it is absent."""
    folder = ROOT.parent / "shared" / "seed"
    if not folder.is_dir():
        pytest.skip(f"种子文件不在 {folder.relative_to(ROOT.parent)}，与之有关的测试跳过")
    return folder
