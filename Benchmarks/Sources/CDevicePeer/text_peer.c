#include "device_peer.h"

#include <iconv.h>
#include <string.h>

long text_peer_encode(const char *utf8, uint8_t *out, size_t capacity) {
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    if (converter == (iconv_t)-1) return -1;
    char *target = (char *)out;
    size_t room = capacity;
    long result = -1;
    for (const char *line = utf8; *line;) {
        size_t length = strcspn(line, "\n");
        char *source = (char *)line;
        if (iconv(converter, &source, &length, &target, &room) == (size_t)-1 || room == 0) goto done;
        *target++ = '\n';
        room--;
        line = *source ? source + 1 : source;
    }
    result = (long)(capacity - room);
done:
    iconv_close(converter);
    return result;
}
