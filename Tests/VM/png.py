"""Reads the rows of a PNG without interlacing (ISO/IEC 15948), for comparing slips dot row by dot row."""

import struct
import zlib


def rows(data):
    """The picture's rows, unfiltered."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise AssertionError("not a PNG")
    position, packed, header = 8, b"", None
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        position += length + 12
    width, height, depth, colour = header[:4]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    stride, step = (width * depth * channels + 7) // 8, max(1, depth * channels // 8)
    raw = zlib.decompress(packed)
    result, above = [], bytes(stride)
    for index in range(height):
        start = index * (stride + 1)
        above = unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, step)
        result.append(above)
    return result


def unfilter(kind, line, above, step):
    for index in range(len(line)):
        left = line[index - step] if index >= step else 0
        up = above[index]
        corner = above[index - step] if index >= step else 0
        line[index] = (line[index] + predictor(kind, left, up, corner)) & 0xFF
    return bytes(line)


def predictor(kind, left, up, corner):
    if kind == 4:
        guess = left + up - corner
        return min((abs(guess - value), rank, value) for rank, value in enumerate([left, up, corner]))[2]
    return [0, left, up, (left + up) // 2][kind]
