"""Changes to a message as an attacker or an accident makes them: to its bytes, and to its elements."""

import copy
import random
from collections.abc import Callable
from typing import Any

from lxml import etree

Element = Any
_ODD_TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "A" * 300,
    "é",
    "😀",
    "_assertion",
    "#_assertion",
    "2.0",
    "9999-12-31T23:59:59Z",
    "true",
    "urn:x",
    "=",
)
_ODD_BYTES = (
    b"",
    b"\0",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&amp;",
    b"<!-- -->",
    b"<?x?>",
    b"]]>",
    b"<![CDATA[",
    b"\xff",
    b"xmlns='x' ",
)


def change_bytes(message: bytes, chance: random.Random) -> bytes:
    """Return the message with some bytes lost, doubled, moved or replaced."""
    found = bytearray(message)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        start = chance.randrange(len(found) + 1)
        end = min(len(found), start + chance.choice((0, 1, 1, 2, 8, 64, 512)))
        piece = bytes(found[start:end])
        match chance.randrange(5):
            case 0:
                found[start:end] = b""
            case 1:
                found[start:end] = piece + piece
            case 2:
                found[start:end] = bytes(byte ^ 1 << chance.randrange(8) for byte in piece)
            case 3:
                found[start:start] = chance.choice(_ODD_BYTES)
            case _:
                place = chance.randrange(len(found) + 1)
                found[place:place] = piece
    return bytes(found)


def change_elements(message: bytes, chance: random.Random) -> bytes:
    """Return the message with some elements lost, doubled, moved, renamed, or with other text and attributes."""
    root = etree.fromstring(message)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        chance.choice(_CHANGES)(root, chance)
    return etree.tostring(root)


def _some(root: Element, chance: random.Random) -> Element:
    return chance.choice(list(root.iter()))


def _lose(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    if element is not root:
        element.getparent().remove(element)


def _double(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    if element is not root:
        element.addnext(copy.deepcopy(element))


def _copy_elsewhere(root: Element, chance: random.Random) -> None:
    place = _some(root, chance)
    place.insert(chance.randrange(len(place) + 1), copy.deepcopy(_some(root, chance)))


def _move(root: Element, chance: random.Random) -> None:
    element, place = _some(root, chance), _some(root, chance)
    if element is not root and element not in {place, *place.iterancestors()}:
        place.insert(chance.randrange(len(place) + 1), element)


def _wrap(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    if element is not root:
        outer = etree.Element(_some(root, chance).tag, dict(_some(root, chance).attrib))
        element.getparent().replace(element, outer)
        outer.append(element)


def _rename(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    local = etree.QName(element).localname
    element.tag = chance.choice((_some(root, chance).tag, local, f"{{urn:x}}{local}"))


def _set_text(root: Element, chance: random.Random) -> None:
    _some(root, chance).text = chance.choice((*_ODD_TEXTS, _some(root, chance).text or ""))


def _set_tail(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    if element is not root:
        element.tail = chance.choice(_ODD_TEXTS)


def _set_attribute(root: Element, chance: random.Random) -> None:
    element, other = _some(root, chance), _some(root, chance)
    names = [*element.attrib, *other.attrib, "ID", "Id", "{http://www.w3.org/XML/1998/namespace}id"]
    element.set(chance.choice(names), chance.choice((*_ODD_TEXTS, *other.attrib.values())))


def _lose_attribute(root: Element, chance: random.Random) -> None:
    element = _some(root, chance)
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


_CHANGES: tuple[Callable[[Element, random.Random], None], ...] = (
    _lose,
    _double,
    _copy_elsewhere,
    _move,
    _wrap,
    _rename,
    _set_text,
    _set_tail,
    _set_attribute,
    _lose_attribute,
)
