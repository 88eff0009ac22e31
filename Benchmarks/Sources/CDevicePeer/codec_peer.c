#include "device_peer.h"

#include <stdbool.h>
#include <string.h>

static uint32_t crc32(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static size_t stuff(const uint8_t *bytes, size_t length, uint8_t *out) {
    size_t code = 0, at = 1;
    uint8_t run = 1;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i]) out[at++] = bytes[i], run++;
        if (!bytes[i] || run == 0xff) out[code] = run, code = at++, run = 1;
    }
    out[code] = run;
    return at;
}

static size_t unstuff(const uint8_t *bytes, size_t length, uint8_t *out) {
    size_t at = 0;
    for (size_t i = 0; i < length;) {
        uint8_t run = bytes[i++];
        for (int k = 1; k < run && i < length; k++) out[at++] = bytes[i++];
        if (run != 0xff && i < length) out[at++] = 0;
    }
    return at;
}

static size_t encode(uint8_t type, uint16_t sequence, const uint8_t *body, size_t length, uint8_t *wire) {
    uint8_t plain[256];
    plain[0] = 1, plain[1] = type, plain[2] = (uint8_t)sequence, plain[3] = (uint8_t)(sequence >> 8);
    memcpy(plain + 4, body, length);
    uint32_t crc = crc32(plain, length + 4);
    for (int i = 0; i < 4; i++) plain[length + 4 + i] = (uint8_t)(crc >> 8 * i);
    wire[0] = 0;
    size_t count = stuff(plain, length + 8, wire + 1);
    wire[count + 1] = 0;
    return count + 2;
}

// Byte by byte, as bytes come from a line.
static bool decode(const uint8_t *wire, size_t length, uint8_t *plain, size_t *count) {
    uint8_t pending[258];
    size_t held = 0;
    for (size_t i = 0; i < length; i++) {
        if (wire[i]) {
            if (held < sizeof pending) pending[held++] = wire[i];
            continue;
        }
        if (!held) continue;
        *count = unstuff(pending, held, plain);
        held = 0;
        if (*count < 8) return false;
        uint32_t crc = crc32(plain, *count - 4), tail = 0;
        for (int k = 0; k < 4; k++) tail |= (uint32_t)plain[*count - 4 + k] << 8 * k;
        if (crc == tail) return true;
    }
    return false;
}

long codec_peer_frames(uint8_t type, const uint8_t *body, size_t length, long count) {
    long good = 0;
    for (long i = 0; i < count; i++) {
        uint8_t wire[260], plain[260];
        size_t decoded = 0;
        size_t bytes = encode(type, (uint16_t)i, body, length, wire);
        if (decode(wire, bytes, plain, &decoded) && decoded == length + 8 && memcmp(plain + 4, body, length) == 0) good++;
    }
    return good;
}
