"""Changes to bytes as an accident or whoever looks for one makes them."""

import random


def changed(der: bytes, chance: random.Random) -> bytes:
    """Change, remove, double or insert a few bytes."""
    found = bytearray(der)
    for _ in range(chance.randint(1, 4)):
        place, other = chance.randrange(len(found)), chance.randrange(len(found))
        match chance.randrange(5):
            case 0:
                found[place] ^= 1 << chance.randrange(8)
            case 1:
                found[place] = chance.choice((0x00, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x30, 0x04, 0x0C, chance.randrange(256)))
            case 2:
                del found[place : place + chance.randint(1, 8)]
            case 3:
                found[place:place] = found[other : other + chance.randint(1, 40)]
            case _:
                found[place : place + 4] = found[other : other + 4]
        if not found:
            break
    return bytes(found)
