#ifndef DEVICE_PEER_H
#define DEVICE_PEER_H

#include <stddef.h>
#include <stdint.h>

// What the device drivers are measured against: plain C with the libraries that one would take.

// A connection to pcscd (libpcsclite). NULL where it or a card is not there yet.
typedef struct card_peer card_peer;
card_peer *card_peer_connect(const char *reader_prefix);
// One APDU by SCardTransmit; the answer's length, or -1.
long card_peer_transmit(card_peer *peer, const uint8_t *apdu, size_t length, uint8_t *answer, size_t capacity);
void card_peer_close(card_peer *peer);

// The text as GB18030 (iconv), one call for each line, as a program does that lays nothing out. Bytes, or -1.
long text_peer_encode(const char *utf8, uint8_t *out, size_t capacity);

// The text drawn by FreeType into a bitmap, each character in a cell of 24 x 24 or 12 x 24 dots: what printing it as a
// picture costs at least.
typedef struct glyph_peer glyph_peer;
glyph_peer *glyph_peer_open(const char *font);
// Draws every character; how many, or -1.
long glyph_peer_draw(glyph_peer *peer, const char *utf8);
void glyph_peer_close(glyph_peer *peer);

// A frame of the cabinet's link encoded (CRC-32 without a table, COBS) and decoded again, `count` times; how many came
// back as they were.
long codec_peer_frames(uint8_t type, const uint8_t *body, size_t length, long count);

#endif
