"""Prints the events of TensorBoard files as JSON.

It uses no library for the formats: framing, checksums and protocol buffers are decoded here from their specifications.

    python3 read_events.py FILE...
"""

import json
import struct
import sys


def crc32c(data):
    """The CRC-32C, bit by bit, from the polynomial's definition."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    while data:
        length, length_sum = struct.unpack("<QI", data[:12])
        assert length_sum == masked(data[:8]), "the length's checksum is wrong"
        content, (content_sum,) = data[12 : 12 + length], struct.unpack("<I", data[12 + length : 16 + length])
        assert content_sum == masked(content), "the event's checksum is wrong"
        yield content
        data = data[16 + length :]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of each field: ints, 8 or 4 raw bytes, or the bytes of a length-delimited field."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(kind)
            if size is None:
                assert kind == 2, f"wire type {kind}"
                size, at = varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size, "a field is cut off"
        yield number, value


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def value(data):
    result = {}
    for number, content in fields(data):
        if number == 1:
            result["tag"] = content.decode()
        elif number == 2:
            scalar = struct.unpack("<f", content)[0]
            result["scalar"] = None if scalar != scalar else scalar
        elif number == 4:
            image = dict(fields(content))
            result["image"] = {"height": image[1], "width": image[2], "bytes": len(image[4])}
        elif number == 5:
            histogram = dict(fields(content))
            names = {1: "min", 2: "max", 3: "num", 4: "sum", 5: "sum_squares"}
            result["histogram"] = {
                **{name: doubles(histogram.get(number, bytes(8)))[0] for number, name in names.items()},
                "limits": doubles(histogram[6]),
                "counts": doubles(histogram[7]),
            }
        else:
            raise AssertionError(f"unknown field {number} of a value")
    return result


def event(data):
    result = {"step": 0, "values": []}
    for number, content in fields(data):
        if number == 1:
            result["time"] = doubles(content)[0]
        elif number == 2:
            result["step"] = content
        elif number == 3:
            result["version"] = content.decode()
        elif number == 5:
            result["values"] += [value(entry) for _, entry in fields(content)]
        else:
            raise AssertionError(f"unknown field {number} of an event")
    return result


if __name__ == "__main__":
    events = []
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            events += [event(record) for record in records(file.read())]
    print(json.dumps(events))
