"""RapidOCR's models (they come with its wheel; nothing is ever downloaded): where text is, and what it says.

Recognition is decoded here, character by character, because a figure is only as good as its weakest digit and the
library gives means. The libraries are imported when a picture has to be read.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from extractors.ocr_picture import Pixels

ENGINE = "rapidocr"
_HEIGHT = 48  # of a line as the recogniser wants it
_STEP = 8  # its pixels of width per decoded column
_BATCH_PIXELS = 2_400  # widths of one batch together: bounds memory
_WIDEST = 3_200
_DETECT_SIDE = 1_900  # the detector sees the page no larger than this


@dataclass(frozen=True, slots=True)
class Reading:
    """What one line of text says. characters: text, confidence (0–1) and centre (0–1 along the line) of each."""

    characters: tuple[tuple[str, float, float], ...]

    @property
    def text(self) -> str:
        """The characters together."""
        return "".join(character for character, _, _ in self.characters)

    @property
    def confidence(self) -> float:
        """Mean over the characters; 0 where there are none."""
        return sum(score for _, score, _ in self.characters) / len(self.characters) if self.characters else 0.0


def available() -> bool:
    """Whether text recognition is installed (the optional part ``ocr``)."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


def find_text(grey: Pixels) -> NDArray[np.float64]:
    """Where lines of text are: rows of (x0, y0, x1, y1) in pixels of the picture."""
    import cv2

    found = _detector()(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None or not len(found.boxes):
        return np.zeros((0, 4))
    corners = np.asarray(found.boxes, dtype=np.float64)
    low, high = corners.min(axis=1), corners.max(axis=1)
    return np.concatenate([low, high], axis=1)


def read_lines(lines: list[Pixels]) -> list[Reading]:
    """What each picture (grey) of one line says, in the order given."""
    order = sorted(range(len(lines)), key=lambda i: _width(lines[i]))
    readings: list[Reading] = [Reading(())] * len(lines)
    start = 0
    while start < len(order):
        end = start + 1
        while (
            end < len(order)
            and _width(lines[order[end]]) * (end + 1 - start) <= _BATCH_PIXELS
            and _width(lines[order[end]]) <= 1.3 * _width(lines[order[start]]) + 32
        ):
            end += 1
        batch = order[start:end]
        for i, reading in zip(batch, _read_batch([lines[i] for i in batch]), strict=True):
            readings[i] = reading
        start = end
    return readings


def _width(line: Pixels) -> int:
    """Width of a line once it is as high as the recogniser wants it."""
    height, width = (int(side) for side in line.shape[:2])
    return max(_STEP * 2, min(_WIDEST, -(-width * _HEIGHT // max(1, height))))


def _read_batch(lines: list[Pixels]) -> list[Reading]:
    import cv2

    session, alphabet = _recogniser()
    # The model wants some room; short lines are read better with it.
    widths = [_width(line) for line in lines]
    full = max(160, -(-max(widths) // _STEP) * _STEP)
    batch = np.zeros((len(lines), 3, _HEIGHT, full), dtype=np.float32)
    for i, (line, width) in enumerate(zip(lines, widths, strict=True)):
        sized = cv2.resize(line, (width, _HEIGHT), interpolation=cv2.INTER_LINEAR)
        batch[i, :, :, :width] = sized.astype(np.float32) / 127.5 - 1.0
    scores = session.run(None, {session.get_inputs()[0].name: batch})[0]
    best = scores.argmax(axis=2)
    top = scores.max(axis=2)
    columns = best.shape[1]
    return [
        _decode(best[i], top[i], alphabet, full / columns / width)  # share of the line's width per column
        for i, width in enumerate(widths)
    ]


def _decode(best: NDArray[np.int64], top: NDArray[np.float32], alphabet: list[str], share: float) -> Reading:
    """Runs of the same symbol are one character, blanks between them none."""
    characters: list[tuple[str, float, float]] = []
    start = 0
    for at in range(1, len(best) + 1):
        if at < len(best) and best[at] == best[start]:
            continue
        symbol = int(best[start])
        if symbol != 0:
            centre = min(1.0, (start + at) / 2 * share)
            characters.append((alphabet[symbol], float(top[start:at].max()), centre))
        start = at
    return Reading(tuple(characters))


def _models() -> Path:
    import rapidocr

    return Path(rapidocr.__file__).parent / "models"


@cache
def _detector() -> Any:
    from rapidocr import RapidOCR

    models = _models()
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _DETECT_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            # Named outright, so that the library looks for no other and asks no network.
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
        }
    )


@cache
def _recogniser() -> tuple[Any, list[str]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # one worker a core already
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    session = onnxruntime.InferenceSession(
        str(_models() / "PP-OCRv6_rec_small.onnx"), options, providers=["CPUExecutionProvider"]
    )
    symbols = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *symbols, " "]
