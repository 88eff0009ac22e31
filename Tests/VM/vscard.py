"""A card at the contacts of QEMU's usb-ccid, by the virtual smart card protocol (libcacard, vscard_common.h, 0.0.2)."""

import queue
import socket
import struct
import threading

INIT, ERROR, READER_ADD, _, ATR, CARD_REMOVE, APDU = range(1, 8)
HEADER = struct.Struct(">III")  # type, reader, length of what follows
NOBODY = 0xFFFFFFFF
VERSION = 2


class Contacts:
    """The card's end of a `ccid-card-passthru`: listens at a Unix socket, which QEMU's chardev connects to.

    A card has `answer_to_reset` and `transmit(apdu)`, which returns the answer.
    """

    def __init__(self, path):
        self.path = str(path)
        self.card = None
        self.verdicts = queue.Queue()
        self.sending = threading.Lock()
        self.connection = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        if self.connection:
            self.connection.close()

    def attach(self):
        """Once QEMU has the reader: before, it has nobody who would read this."""
        self.send(INIT, NOBODY, b"VSCD" + struct.pack(">II", VERSION, 0))
        self.ask(READER_ADD, NOBODY, b"kiosk")

    def insert(self, card):
        self.card = card
        self.ask(ATR, 0, card.answer_to_reset)

    def remove(self):
        self.card = None
        self.ask(CARD_REMOVE, 0)

    def ask(self, *message):
        """A message that QEMU answers with a verdict."""
        self.send(*message)
        verdict = self.verdicts.get(timeout=30)
        if verdict != 0:
            raise AssertionError(f"QEMU refuses message {message[0]}: {verdict}")

    def send(self, kind, reader, data=b""):
        with self.sending:
            self.connection.sendall(HEADER.pack(kind, reader, len(data)) + data)

    def serve(self):
        try:
            self.connection, _ = self.listener.accept()
            while header := self.read(HEADER.size):
                kind, _, length = HEADER.unpack(header)
                self.take(kind, self.read(length))
        except OSError:
            return  # the test is over

    def take(self, kind, data):
        if kind == ERROR:
            self.verdicts.put(struct.unpack(">I", data[:4])[0])
        elif kind == APDU:
            card = self.card
            if card:  # else it was pulled meanwhile
                self.send(APDU, 0, card.transmit(data))

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise OSError("QEMU is gone")
            data += part
        return data
