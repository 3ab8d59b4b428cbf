"""RapidOCR's models (they come with its wheel; nothing is ever downloaded): where text is, and what it says.

Recognition is decoded here, character by character, because a figure is only as good as its weakest digit and the
library gives means. The libraries are imported when a picture has to be read.
"""

from __future__ import annotations

import importlib.util
import re
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
_MOST_VARIANTS = 8
_DETECT_SIDE = 1_900  # the detector sees the page no larger than this


_FIGURE_SIGNS = "0123456789.,-"
_OFFERED = 0.02  # a sign the recogniser gives at least this much beside the one it chose is another reading
_FIGURE = re.compile(r"[\d.,，．\s()（）+\-−－—%％¥￥]+")
_CHINESE = re.compile(r"[\u2e80-\u9fff]")


def is_figure(text: str) -> bool:
    """Whether a line is a figure: signs of figures only, or, of a longer one, all but one sign (which is misread then)."""
    digits = sum("0" <= sign <= "9" for sign in text)
    if _FIGURE.fullmatch(text):
        return digits > 0
    odd = _FIGURE.sub("", text)
    return digits >= 3 and len(odd) == 1 and not _CHINESE.search(odd)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one line of text says. characters: text, confidence (0–1) and centre (0–1 along the line) of each.
    variants: for a line that is a figure, what it may say instead, one sign changed, and how likely that sign is."""

    characters: tuple[tuple[str, float, float], ...]
    variants: tuple[tuple[str, float], ...] = ()

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
        _decode(best[i], top[i], scores[i], alphabet, full / columns / width)  # share of the line's width per column
        for i, width in enumerate(widths)
    ]


def _decode(
    best: NDArray[np.int64], top: NDArray[np.float32], scores: NDArray[np.float32], alphabet: list[str], share: float
) -> Reading:
    """Runs of the same symbol are one character, blanks between them none."""
    characters: list[tuple[str, float, float]] = []
    runs: list[tuple[int, int, str]] = []
    start = 0
    for at in range(1, len(best) + 1):
        if at < len(best) and best[at] == best[start]:
            continue
        symbol = int(best[start])
        if symbol != 0:
            centre = min(1.0, (start + at) / 2 * share)
            characters.append((alphabet[symbol], float(top[start:at].max()), centre))
        runs.append((start, at, alphabet[symbol]))
        start = at
    text = "".join(character for character, _, _ in characters)
    if not is_figure(text):
        return Reading(tuple(characters))
    return Reading(tuple(characters), _variants(runs, scores))


def _variants(runs: list[tuple[int, int, str]], scores: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
    """What the figure would be with one sign exchanged, put in or left out, for signs the recogniser saw a trace of."""
    signs = _figure_symbols()
    offered = scores[:, [0, *signs]]
    texts = [text for _, _, text in runs]
    found: dict[str, float] = {}
    for i, (start, end, text) in enumerate(runs):
        likely = offered[start:end].max(axis=0)
        # What stands only in the middle of a run is another sign; its edges lean towards the neighbours'.
        for symbol, likelihood in zip(["", *_FIGURE_SIGNS], likely.tolist(), strict=True):
            if symbol == text or likelihood < _OFFERED:
                continue
            variant = "".join([*texts[:i], symbol, *texts[i + 1 :]])
            found[variant] = max(found.get(variant, 0.0), round(likelihood, 3))
    found.pop("".join(texts), None)
    return tuple(sorted(found.items(), key=lambda item: -item[1])[:_MOST_VARIANTS])


@cache
def _figure_symbols() -> list[int]:
    """Where the signs of a figure stand in the recogniser's alphabet."""
    _, alphabet = _recogniser()
    return [alphabet.index(sign, 1) for sign in _FIGURE_SIGNS]


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
