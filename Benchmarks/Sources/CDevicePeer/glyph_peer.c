#include "device_peer.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <stdlib.h>
#include <string.h>

enum { CELL = 24, COLUMNS = 576, ROWS = 4096 };

struct glyph_peer {
    FT_Library library;
    FT_Face face;
    uint8_t page[ROWS][COLUMNS];
};

glyph_peer *glyph_peer_open(const char *font) {
    glyph_peer *peer = calloc(1, sizeof *peer);
    if (!peer) return NULL;
    if (FT_Init_FreeType(&peer->library) != 0) goto failed;
    // The second face of WenQuanYi's collection is the monospaced one.
    if (FT_New_Face(peer->library, font, 1, &peer->face) != 0 && FT_New_Face(peer->library, font, 0, &peer->face) != 0)
        goto done;
    if (FT_Set_Pixel_Sizes(peer->face, CELL, CELL) == 0) return peer;
    FT_Done_Face(peer->face);
done:
    FT_Done_FreeType(peer->library);
failed:
    free(peer);
    return NULL;
}

// The next character of well-formed UTF-8.
static uint32_t next(const char **text) {
    const unsigned char *p = (const unsigned char *)*text;
    int more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
    uint32_t value = more ? p[0] & (0x3f >> more) : p[0];
    for (int i = 1; i <= more; i++) value = value << 6 | (p[i] & 0x3f);
    *text += more + 1;
    return value;
}

long glyph_peer_draw(glyph_peer *peer, const char *utf8) {
    int x = 0, y = 0;
    long count = 0;
    memset(peer->page, 0, sizeof peer->page);
    while (*utf8) {
        uint32_t character = next(&utf8);
        int width = character < 0x80 ? CELL / 2 : CELL;
        if (character == '\n' || x + width > COLUMNS) {
            x = 0;
            y += 32;
        }
        if (character == '\n') continue;
        if (y + CELL > ROWS) return -1;
        if (FT_Load_Char(peer->face, character, FT_LOAD_NO_BITMAP | FT_LOAD_RENDER) != 0) return -1;
        const FT_GlyphSlot slot = peer->face->glyph;
        int top = y + 20 - slot->bitmap_top, left = x + slot->bitmap_left;
        for (int row = 0; row < (int)slot->bitmap.rows; row++) {
            for (int column = 0; column < (int)slot->bitmap.width; column++) {
                int px = left + column, py = top + row;
                if (px < 0 || px >= COLUMNS || py < 0 || py >= ROWS) continue;
                uint8_t value = slot->bitmap.buffer[row * slot->bitmap.pitch + column];
                if (value > peer->page[py][px]) peer->page[py][px] = value;
            }
        }
        x += width;
        count++;
    }
    return count;
}

void glyph_peer_close(glyph_peer *peer) {
    FT_Done_Face(peer->face);
    FT_Done_FreeType(peer->library);
    free(peer);
}
