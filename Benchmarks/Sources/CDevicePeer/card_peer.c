#include "device_peer.h"

#include <stdlib.h>
#include <string.h>
#include <winscard.h>

struct card_peer {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
};

card_peer *card_peer_connect(const char *reader_prefix) {
    card_peer *peer = calloc(1, sizeof *peer);
    char names[1024];
    DWORD length = sizeof names;
    if (!peer) return NULL;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &peer->context) != SCARD_S_SUCCESS) goto failed;
    if (SCardListReaders(peer->context, NULL, names, &length) != SCARD_S_SUCCESS) goto release;
    for (const char *name = names; *name; name += strlen(name) + 1) {
        if (strncmp(name, reader_prefix, strlen(reader_prefix)) != 0) continue;
        if (SCardConnect(peer->context, name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &peer->card,
                         &peer->protocol) == SCARD_S_SUCCESS)
            return peer;
    }
release:
    SCardReleaseContext(peer->context);
failed:
    free(peer);
    return NULL;
}

long card_peer_transmit(card_peer *peer, const uint8_t *apdu, size_t length, uint8_t *answer, size_t capacity) {
    DWORD received = (DWORD)capacity;
    const SCARD_IO_REQUEST *request = peer->protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
    if (SCardTransmit(peer->card, request, apdu, (DWORD)length, NULL, answer, &received) != SCARD_S_SUCCESS) return -1;
    return (long)received;
}

void card_peer_close(card_peer *peer) {
    SCardDisconnect(peer->card, SCARD_LEAVE_CARD);
    SCardReleaseContext(peer->context);
    free(peer);
}
