"""Mutations of PDF files, object by object: the file is taken apart, changed and put together with a correct table of contents again
(where the table itself is not what is changed). Pure and seeded."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

from benchmarks.fuzz.text import WILD

_OBJECT = re.compile(rb"(?:(?<=\s)|^)(\d{1,7}) (\d{1,5}) obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_NAME = re.compile(rb"/[A-Z][A-Za-z0-9]+")
_REFERENCE = re.compile(rb"(\d{1,7}) (\d{1,5}) R\b")
_BOX = re.compile(
    rb"/(MediaBox|CropBox|BBox|Matrix|FontMatrix|Rotate|UserUnit|Count|Length|W|Size|Columns|Predictor|Width|Height)\s*(\[[^\]]*\]|-?[\d.]+)"
)

Objects = dict[int, bytes]


def change(data: bytes, chance: random.Random) -> bytes | None:
    """One mutation; None where the file has nothing to take apart."""
    objects = {int(match.group(1)): match.group(3) for match in _OBJECT.finditer(data)}
    if not objects:
        return None
    if chance.random() < 0.2 or b"/ObjStm" in data:
        return _frame(data, chance)
    ways: tuple[tuple[Callable[[Objects, random.Random], None], int], ...] = (
        (_operators, 7), (_boxes, 3), (_tree, 2), (_forms, 2), (_filters, 2), (_fonts, 3), (_swap, 2), (_names, 2),
        (_cut_stream, 2), (_encrypted, 1), (_crowd, 2), (_lengths, 1), (_picture, 1), (_reference, 2),
    )  # fmt: skip
    way = chance.choices([one for one, _ in ways], [weight for _, weight in ways])[0]
    way(objects, chance)
    root = re.search(rb"/Root\s+(\d+ \d+ R)", data)
    info = b"/Encrypt 999990 0 R /ID [<00><00>]" if 999990 in objects else b""
    return assemble(objects, root.group(1) if root else b"1 0 R", info)


def assemble(objects: Objects, root: bytes, more: bytes = b"") -> bytes:
    """A file of the objects with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj" % number + (b"" if body[:1].isspace() else b"\n") + body.rstrip() + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<</Size %d/Root %s%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        max(places, default=0) + 1,
        root,
        more,
        start,
    )
    return bytes(out)


def unpacked(body: bytes) -> bytes | None:
    """The decoded stream of an object, where it is packed by Flate or not at all."""
    match = _STREAM.search(body)
    if match is None:
        return None
    head = body[: match.start()]
    if b"/Filter" not in head:
        return match.group(1)
    if b"FlateDecode" not in head or b"/DecodeParms" in head:
        return None
    try:
        return zlib.decompressobj().decompress(match.group(1), 8_000_000)
    except zlib.error:
        return None


def packed(body: bytes, plain: bytes) -> bytes:
    """The object with its stream replaced."""
    match = _STREAM.search(body)
    head = body[: match.start()] if match else b"<<>>"
    head = re.sub(rb"/Length\s+\d+( \d+ R)?", b"", head)
    head = re.sub(rb"/Filter\s*(\[[^\]]*\]|/\w+)", b"", head)
    data = zlib.compress(plain, 1)
    at = head.rfind(b">>")
    return head[:at] + b"/Filter/FlateDecode/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def _contents(objects: Objects) -> list[int]:
    """Objects that look like content streams of pages or forms."""
    found = []
    for number, body in objects.items():
        if b"stream" in body and b"/Subtype/Image" not in body.replace(b" ", b"") and b"FontFile" not in body:
            plain = unpacked(body)
            if (
                plain
                and (b" Tf" in plain or b" re" in plain or b"\nBT" in plain or b"BT " in plain)
                and b"begincmap" not in plain
            ):
                found.append(number)
    return found


def _operators(objects: Objects, chance: random.Random) -> None:
    """Operands of a content stream set to wild values, stretches repeated or moved, states never restored."""
    streams = _contents(objects)
    if not streams:
        _swap(objects, chance)
        return
    number = chance.choice(streams)
    plain = unpacked(objects[number]) or b""
    way = chance.randrange(7)
    at = chance.randrange(len(plain) + 1)
    if way <= 2:
        found = list(_NUMBER.finditer(plain[:300_000]))
        for match in sorted(
            chance.sample(found, min(len(found), chance.choice((1, 3, 20, 300)))), key=lambda m: -m.start()
        ):
            plain = plain[: match.start()] + chance.choice(WILD[:14]) + plain[match.end() :]
    elif way == 3:
        plain = plain[:at] + plain[at : at + 3000] * chance.choice((2, 20, 500)) + plain[at:]
    elif way == 4:
        lines = plain.splitlines(keepends=True)
        start = chance.randrange(max(1, len(lines)))
        part = lines[start : start + 400]
        chance.shuffle(part)
        plain = b"".join(lines[:start] + part + lines[start + 400 :])
    elif way == 5:
        more = chance.choice(
            (
                b"q ",
                b"Q ",
                b"BT ",
                b"ET ",
                b"1e-9 0 0 1e-9 0 0 cm ",
                b"90 0 0 90 0 0 cm ",
                b"0 1 -1 0 300 300 cm ",
                b"3 Tr ",
                b"/Span <</ActualText <FEFF4E00>>> BDC ",
                b"[0.0001 0] 0 d ",
                b"1000 Ts ",
                b"-50 Tz ",
                b"0 Tz ",
                b"500 Tc ",
            )
        )
        plain = plain[:at] + more * chance.choice((1, 1, 50, 30_000)) + plain[at:]
    else:
        changed = bytearray(plain)
        for _ in range(chance.choice((1, 8, 64))):
            if changed:
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        plain = bytes(changed)
    objects[number] = packed(objects[number], plain)


def _boxes(objects: Objects, chance: random.Random) -> None:
    """Boxes, turns, counts and sizes set to what no page has."""
    holders = [(number, match) for number, body in objects.items() for match in _BOX.finditer(body[:20_000])]
    if not holders:
        _swap(objects, chance)
        return
    number, match = chance.choice(holders)
    wild = chance.choice
    if match.group(2).startswith(b"["):
        values = [wild((*WILD[:14], b"100000000", b"-100000", b"14400", b"3")) for _ in range(wild((4, 4, 4, 6, 2, 0)))]
        value = b"[" + b" ".join(values) + b"]"
    else:
        value = wild((*WILD[:14], b"45", b"90", b"270", b"-90", b"1e6"))
    body = objects[number]
    objects[number] = body[: match.start(2)] + value + body[match.end(2) :]


def _tree(objects: Objects, chance: random.Random) -> None:
    """Page trees with circles, missing and repeated pages."""
    trees = [number for number, body in objects.items() if re.search(rb"/Kids\s*\[", body)]
    pages = [number for number, body in objects.items() if re.search(rb"/Type\s*/Page\b", body)]
    if not trees or not pages:
        _swap(objects, chance)
        return
    tree, page = chance.choice(trees), chance.choice(pages)
    kids = chance.choice(
        (
            b"%d 0 R" % tree,
            b"%d 0 R %d 0 R" % (page, tree),
            b"%d 0 R " % page * chance.choice((2, 50, 20_000)),
            b"999999 0 R",
            b"%d 0 R" % chance.choice(list(objects)),
            b"",
            b"%d 0 R null (x) %d 0 R" % (page, page),
        )
    )
    body = re.sub(rb"/Kids\s*\[[^\]]*\]", b"/Kids [" + kids + b"]", objects[tree])
    if chance.random() < 0.7:
        body = re.sub(
            rb"/Count\s+-?\d+", b"/Count " + chance.choice((b"1", b"-1", b"2147483647", b"20000", b"0", b"3")), body
        )
    if kids and chance.random() < 0.2:  # a very deep tree
        first = max(objects) + 1
        for i in range(chance.choice((30, 2000))):
            objects[first + i] = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (first + i + 1)
        objects[max(objects) + 1] = objects[page]
        body = re.sub(rb"/Kids\s*\[[^\]]*\]", b"/Kids [%d 0 R]" % first, objects[tree])
    objects[tree] = body


def _use_form(objects: Objects, chance: random.Random, first: int, plain: bytes = b"/Fz Do ") -> bool:
    """Make a page's content draw object `first` under the name /Fz."""
    pages = [
        number for number, body in objects.items() if re.search(rb"/Type\s*/Page\b", body) and b"/Contents" in body
    ]
    if not pages:
        return False
    page = chance.choice(pages)
    draw = max(objects) + 1
    objects[draw] = packed(b"<<>>", plain)
    body = objects[page]
    single = re.search(rb"/Contents\s*(\d+ \d+ R)", body)
    body = re.sub(
        rb"/Contents\s*(\[[^\]]*\]|\d+ \d+ R)",
        b"/Contents[%s %d 0 R]" % (single.group(1) if single else b"", draw),
        body,
    )
    inline = re.search(rb"/Resources\s*<<", body)
    if inline:
        body = body[: inline.end()] + b"/XObject<</Fz %d 0 R>>" % first + body[inline.end() :]
    else:
        body = body.rstrip()[:-2] + b"/Resources<</XObject<</Fz %d 0 R>>>>>>" % first
    objects[page] = body
    return True


def _forms(objects: Objects, chance: random.Random) -> None:
    """Forms that draw themselves, one another, or twice the next one each: an exponential number of drawings."""
    first, depth, twice = max(objects) + 10, chance.choice((1, 3, 12, 25, 300)), chance.choice((1, 2, 2, 10))
    for i in range(depth):
        following = first + (i + 1) % depth if chance.random() < 0.5 else first + i + 1
        objects[first + i] = packed(
            b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</Fz %d 0 R>>>>>>" % following,
            b"q 0 0 10 10 re f /Fz Do Q " * twice,
        )
    objects.setdefault(first + depth, packed(b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]>>", b"0 0 9 9 re f "))
    _use_form(objects, chance, first)


def _filters(objects: Objects, chance: random.Random) -> None:
    """Streams that unfold to far more than they are, in one filter or several; filters that are not what they say."""
    streams = [number for number, body in objects.items() if b"stream" in body]
    if not streams:
        return
    contents = _contents(objects)
    number = chance.choice(contents or streams)
    way = chance.randrange(5)
    if way == 0:
        much = b"0 0 m 1 1 l S\n" * chance.choice((1000, 100_000, 1_500_000))
        objects[number] = packed(objects[number], much)
    elif way == 1:
        inner = zlib.compress(zlib.compress(b" " * chance.choice((10_000_000, 300_000_000)), 1), 9)
        objects[number] = (
            b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(inner) + inner + b"\nendstream"
        )
    elif way == 2:
        chain = b"/FlateDecode" * chance.choice((2, 50, 5000))
        objects[number] = re.sub(rb"/Filter\s*(\[[^\]]*\]|/\w+)", b"/Filter[" + chain + b"]", objects[number])
    elif way == 3:
        other = chance.choice(
            (
                b"/LZWDecode",
                b"/RunLengthDecode",
                b"/ASCIIHexDecode",
                b"/ASCII85Decode",
                b"/DCTDecode",
                b"/JBIG2Decode",
                b"/JPXDecode",
                b"/CCITTFaxDecode",
                b"/Crypt",
                b"/None",
            )
        )
        objects[number] = re.sub(rb"/Filter\s*(\[[^\]]*\]|/\w+)", b"/Filter" + other, objects[number])
    else:
        columns = chance.choice((b"0", b"1", b"2147483647", b"1000000"))
        parms = b"/DecodeParms<</Predictor %s/Columns %s/Colors %s>>" % (
            chance.choice((b"2", b"12", b"15")),
            columns,
            chance.choice((b"1", b"4", b"99999")),
        )
        objects[number] = objects[number].replace(b"<<", b"<<" + parms, 1)


def _fonts(objects: Objects, chance: random.Random) -> None:
    """Character maps with huge, reversed or overlapping ranges; widths and encodings set wildly; fonts that draw themselves."""
    maps = [number for number, body in objects.items() if b"stream" in body and b"begincmap" in (unpacked(body) or b"")]
    fonts = [
        number
        for number, body in objects.items()
        if re.search(rb"/(Type\s*/Font\b|FontDescriptor|W\s*\[|Widths)", body)
    ]
    if maps and chance.random() < 0.6:
        number = chance.choice(maps)
        plain = unpacked(objects[number]) or b""
        way = chance.randrange(5)
        if way == 0:
            more = chance.choice(
                (b"1 beginbfrange <0000> <FFFF> <4E00> endbfrange ", b"1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange ",
                 b"1 beginbfrange <FFFF> <0000> <D800> endbfrange ", b"1 beginbfrange <0000> <00FF> [<0031>] endbfrange ",
                 b"1 begincodespacerange <00> <FFFFFFFFFF> endcodespacerange ", b"1 beginbfchar <0001> <" + b"4E00" * 5000 + b"> endbfchar ",
                 b"1 begincidrange <0000> <FFFF> 0 endcidrange /Identity-H usecmap ")
            )  # fmt: skip
            plain = plain.replace(b"endcmap", more * chance.choice((1, 1, 300)) + b"endcmap")
        elif way == 1:
            codes = list(re.finditer(rb"<[0-9A-Fa-f]+>", plain))
            for match in sorted(chance.sample(codes, min(len(codes), 20)), key=lambda m: -m.start()):
                plain = (
                    plain[: match.start()]
                    + chance.choice(
                        (b"<0031>", b"<D800>", b"<>", b"<FFFF>", b"<E000>", b"<0000>", b"<2F00>", b"<0>", b"<202E>")
                    )
                    + plain[match.end() :]
                )
        elif way == 2:
            plain = plain[: chance.randrange(len(plain) + 1)]
        elif way == 3:
            plain = b"begincmap endcmap"
        else:
            plain = plain * chance.choice((2, 50))
        objects[number] = packed(objects[number], plain)
    elif fonts:
        number = chance.choice(fonts)
        body = objects[number]
        found = list(_NUMBER.finditer(body[:50_000]))
        for match in sorted(chance.sample(found, min(len(found), 5)), key=lambda m: -m.start()):
            body = body[: match.start()] + chance.choice(WILD[:14]) + body[match.end() :]
        if chance.random() < 0.5:
            body = re.sub(
                rb"/(ToUnicode|Encoding|DescendantFonts|FontFile2|FontFile3|CIDToGIDMap)\b", b"/Gone", body, count=1
            )
        objects[number] = body
    else:
        _swap(objects, chance)


def _swap(objects: Objects, chance: random.Random) -> None:
    """An object put in the place of another, emptied or removed."""
    one, other = chance.choice(list(objects)), chance.choice(list(objects))
    way = chance.randrange(4)
    if way == 0:
        objects[one] = objects[other]
    elif way == 1:
        objects[one], objects[other] = objects[other], objects[one]
    elif way == 2:
        del objects[one]
    else:
        objects[one] = chance.choice(
            (
                b" null",
                b" <<>>",
                b" []",
                b" 1",
                b" (x)",
                b" %d 0 R" % one,
                b" %d 0 R" % other,
                b" " + b"[" * 5000,
                b" " + b"<</A" * 3000,
            )
        )


def _names(objects: Objects, chance: random.Random) -> None:
    """Names exchanged."""
    found = [(number, match) for number, body in objects.items() for match in _NAME.finditer(body[:4000])]
    if not found:
        return
    number, match = chance.choice(found)
    body = objects[number]
    objects[number] = body[: match.start()] + chance.choice(found)[1].group() + body[match.end() :]


def _reference(objects: Objects, chance: random.Random) -> None:
    """A reference that points to another object, to itself or to nothing."""
    found = [(number, match) for number, body in objects.items() for match in _REFERENCE.finditer(body[:20_000])]
    if not found:
        return
    number, match = chance.choice(found)
    target = chance.choice((number, chance.choice(list(objects)), 999_998, 0))
    body = objects[number]
    objects[number] = body[: match.start()] + b"%d 0 R" % target + body[match.end() :]


def _cut_stream(objects: Objects, chance: random.Random) -> None:
    """A packed stream cut off or damaged in the middle, its stated length right."""
    streams = [number for number, body in objects.items() if b"stream" in body]
    if not streams:
        return
    number = chance.choice(streams)
    body = objects[number]
    match = _STREAM.search(body)
    if match is None:
        return
    data = bytearray(match.group(1))
    if data and chance.random() < 0.5:
        del data[chance.randrange(len(data)) :]
    elif data:
        for _ in range(chance.choice((1, 5))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    head = re.sub(rb"/Length\s+\d+( \d+ R)?", b"/Length %d" % len(data), body[: match.start()])
    objects[number] = head + b"stream\n" + bytes(data) + b"\nendstream"


def _lengths(objects: Objects, chance: random.Random) -> None:
    """Stated lengths that are wrong, negative or refer to themselves."""
    for number, body in list(objects.items()):
        if b"stream" in body and chance.random() < 0.5:
            value = chance.choice((b"0", b"-5", b"99999999999", b"%d 0 R" % number, b"3", b"null", b"(x)"))
            objects[number] = re.sub(rb"/Length\s+\d+( \d+ R)?", b"/Length " + value, body, count=1)


def _encrypted(objects: Objects, chance: random.Random) -> None:
    """A protection that was never there, of all kinds."""
    kind = chance.choice(
        (
            b"/V 1/R 2/Length 40",
            b"/V 2/R 3/Length 128",
            b"/V 4/R 4/CF<</StdCF<</CFM/AESV2>>>>/StmF/StdCF/StrF/StdCF",
            b"/V 5/R 6/Length 256",
            b"/V 99/R 99",
            b"",
        )
    )
    objects[999990] = b"<</Filter/%s%s/O<%s>/U<%s>/P -44>>" % (
        chance.choice((b"Standard", b"Adobe.PubSec", b"X")),
        kind,
        b"00" * 32,
        b"41" * chance.choice((0, 32, 48)),
    )


def _crowd(objects: Objects, chance: random.Random) -> None:
    """Pages of a great many rules, boxes, characters or paths: what makes table finding superlinear."""
    streams = _contents(objects)
    if not streams:
        _forms(objects, chance)
        return
    number = chance.choice(streams)
    plain = unpacked(objects[number]) or b""
    many = chance.choice((300, 2000, 20_000))
    way = chance.randrange(6)
    if way == 0:  # a grid of many lines each way
        lines = [b"%d 0 m %d 800 l S\n" % (x, x) for x in range(many // 4)] + [
            b"0 %d m 600 %d l S\n" % (y, y) for y in range(many // 4)
        ]
        more = b"".join(lines)
    elif way == 1:
        more = b"".join(
            b"%.2f %.2f %.2f %.2f re S\n" % tuple(chance.uniform(0, 600) for _ in range(4)) for _ in range(many)
        )
    elif way == 2:
        shows = re.findall(rb"[^\n]*T[jJ]", plain[:100_000])
        more = (
            b"".join(
                b"BT 1 0 0 1 %d %d Tm %s ET\n" % (chance.randrange(600), chance.randrange(800), chance.choice(shows))
                for _ in range(many // 4)
            )
            if shows
            else b""
        )
        fonts = re.search(rb"/\w+ [\d.]+ Tf", plain)
        more = more.replace(b"BT ", b"BT " + fonts.group() + b" ") if fonts else b""
    elif way == 3:
        more = b"".join(
            b"%d %d m %d %d %d %d %d %d c S\n" % tuple(chance.randrange(800) for _ in range(8)) for _ in range(many)
        )
    elif way == 4:
        more = b"".join(b"%d.5 %d.5 .4 .4 re f\n" % (i % 600, i // 600) for i in range(many * 3))
    else:
        more = (
            b"100 100 m "
            + b"".join(b"%d %d l " % (chance.randrange(600), chance.randrange(800)) for _ in range(many))
            + b"h f "
        )
    objects[number] = packed(objects[number], b"q " + plain + b" Q " + more)


def _picture(objects: Objects, chance: random.Random) -> None:
    """A picture of impossible size on the page."""
    first = max(objects) + 10
    width, height = (chance.choice((b"1", b"3000", b"100000", b"2147483647", b"0", b"-1")) for _ in range(2))
    data = zlib.compress(bytes(chance.choice((3, 100_000, 30_000_000))), 1)
    objects[first] = b"<</Type/XObject/Subtype/Image/Width %s/Height %s/BitsPerComponent %s/ColorSpace/DeviceGray/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        width, height, chance.choice((b"1", b"8", b"16", b"99")), len(data), data,
    )  # fmt: skip
    _use_form(objects, chance, first, b"q 600 0 0 800 0 0 cm /Fz Do Q ")


def _frame(data: bytes, chance: random.Random) -> bytes:
    """What stands around the objects: the table of contents, the trailer, the ends."""
    way = chance.randrange(8)
    if way == 0:
        return data[: chance.randrange(1, len(data))]
    if way == 1:
        return chance.randbytes(chance.choice((1, 600, 2000))) + data
    if way == 2:
        return data + data
    if way == 3:
        return re.sub(
            rb"startxref\s+\d+",
            b"startxref\n" + chance.choice((b"0", b"99999999", b"-1", b"18446744073709551616")),
            data,
        )
    if way == 4:
        at = data.rfind(b"trailer")
        return (
            data[:at]
            + re.sub(
                rb"<<",
                b"<</Prev %d/XRefStm %d" % (data.rfind(b"xref", 0, at), chance.randrange(len(data))),
                data[at:],
                count=1,
            )
            if at > 0
            else data[:-40]
        )
    if way == 5:
        at = data.rfind(b"xref\n", 0, max(0, data.rfind(b"startxref")))
        rows = list(re.finditer(rb"\d{10} \d{5} [nf]", data[at:])) if at >= 0 else []
        if rows:
            match = chance.choice(rows)
            row = b"%010d %05d %s" % (
                chance.randrange(len(data)),
                chance.choice((0, 65535)),
                chance.choice((b"n", b"f")),
            )
            return data[: at + match.start()] + row + data[at + match.end() :]
        return data[: len(data) * 9 // 10]
    if way == 6:
        at = data.rfind(b"trailer")
        return data[:at] if at > 0 else data[: len(data) // 2]
    root = re.search(rb"/Root\s+(\d+) \d+ R", data)
    number = int(root.group(1)) if root else 1
    update = b"\n%d 0 obj\n%s\nendobj\ntrailer\n<</Root %d 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF" % (
        number,
        chance.choice((b"null", b"<</Type/Catalog>>", b"<</Type/Catalog/Pages %d 0 R>>" % number)),
        number,
        b"0",
        len(data),
    )
    return data + update
