"""The part of protobuf that CometBFT hashes and signs: fields in order, empty ones left out."""

WORD = 2**64
LENGTH_DELIMITED = 2
FIXED_64 = 1


def varint(number: int) -> bytes:
    """An integer of 64 bits, seven at a time, the lowest first; a negative one as its complement.

    Source: the protobuf encoding, "Base 128 Varints".
    """
    rest = number % WORD
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def number_field(place: int, number: int) -> bytes:
    """A varint field; nothing for zero."""
    return varint(place << 3) + varint(number) if number else b""


def fixed_field(place: int, number: int) -> bytes:
    """An sfixed64 field; nothing for zero."""
    data = number.to_bytes(8, "little", signed=True)
    return varint(place << 3 | FIXED_64) + data if number else b""


def bytes_field(place: int, data: bytes) -> bytes:
    """A field of bytes or text; nothing when empty."""
    return part_field(place, data) if data else b""


def part_field(place: int, data: bytes) -> bytes:
    """A field that holds a message, written also when the message is empty."""
    return varint(place << 3 | LENGTH_DELIMITED) + delimited(data)


def delimited(data: bytes) -> bytes:
    """Bytes behind their length."""
    return varint(len(data)) + data
