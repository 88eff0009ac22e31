"""A disk that loses what was not flushed: an NBD server (fixed newstyle) with a volatile write cache."""

import os
import random
import socket
import struct
import threading

SECTOR = 512
HAS_FLAGS, SEND_FLUSH, SEND_FUA = 1, 4, 8
FLAGS = HAS_FLAGS | SEND_FLUSH | SEND_FUA
OPTION_EXPORT_NAME, OPTION_ABORT, OPTION_INFO, OPTION_GO = 1, 2, 6, 7
REPLY_ACK, REPLY_INFO, REPLY_UNSUPPORTED = 1, 3, 0x80000001
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
COMMAND_FUA = 1


class VolatileDisk:
    """Serves `image` on a Unix socket. Unflushed sectors are in memory only, until `cut` drops some of them."""

    def __init__(self, image, path, seed):
        self.file = os.open(image, os.O_RDWR)
        self.size = os.fstat(self.file).st_size
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.cache = {}
        self.is_cut = False
        self.writes = self.flushes = 0
        self.last_write = None
        self.held = []
        self.frozen = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(1)
        threading.Thread(target=self.accept, daemon=True).start()

    def freeze_after(self, writes):
        """From so many writes on nothing is answered or flushed any more: `frozen` tells, and the cut is due."""
        with self.lock:
            self.last_write = self.writes + writes

    def cut(self):
        """The power is gone: of the unflushed sectors some are on the disk, in no order. Returns (lost, unflushed)."""
        with self.lock:
            self.is_cut = True
            lost, unflushed = 0, len(self.cache)
            for sector, data in self.cache.items():
                if self.random.random() < 0.5:
                    os.pwrite(self.file, data, sector * SECTOR)
                else:
                    lost += 1
            self.cache.clear()
            os.close(self.file)
        for connection in [self.listener, *self.held]:
            connection.close()
        return lost, unflushed

    def accept(self):
        try:
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()
        except OSError:
            return

    def serve(self, connection):
        with connection:
            try:
                if self.negotiate(connection):
                    self.transmit(connection)
            except (EOFError, OSError, ValueError):
                return

    def negotiate(self, connection):
        connection.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 1))
        receive(connection, 4)
        while True:
            _, option, length = struct.unpack(">QII", receive(connection, 16))
            receive(connection, length)
            if option == OPTION_EXPORT_NAME:
                connection.sendall(struct.pack(">QH", self.size, FLAGS) + bytes(124))
                return True
            if option in (OPTION_INFO, OPTION_GO):
                reply(connection, option, REPLY_INFO, struct.pack(">HQH", 0, self.size, FLAGS))
                reply(connection, option, REPLY_ACK)
                if option == OPTION_GO:
                    return True
            elif option == OPTION_ABORT:
                reply(connection, option, REPLY_ACK)
                return False
            else:
                reply(connection, option, REPLY_UNSUPPORTED)

    def transmit(self, connection):
        while True:
            _, flags, kind, handle, offset, length = struct.unpack(">IHHQQI", receive(connection, 28))
            data = receive(connection, length) if kind == WRITE else b""
            if kind == DISCONNECT:
                return
            with self.lock:
                if self.is_cut or self.frozen.is_set():
                    return
                answer = self.perform(kind, flags, offset, length, data)
                if self.last_write is not None and self.writes >= self.last_write:
                    self.frozen.set()
                    # Kept open and silent: an error would be another fault than a power cut.
                    self.held.append(connection.dup())
                    return
            connection.sendall(struct.pack(">IIQ", 0x67446698, 0, handle) + answer)

    def perform(self, kind, flags, offset, length, data):
        if kind == READ:
            return self.read(offset, length)
        if kind == WRITE:
            self.writes += 1
            for start in range(0, length, SECTOR):
                self.cache[(offset + start) // SECTOR] = data[start : start + SECTOR]
            if flags & COMMAND_FUA:
                self.store(range(offset // SECTOR, (offset + length) // SECTOR))
        elif kind == FLUSH:
            self.flushes += 1
            self.store(list(self.cache))
        return b""

    def read(self, offset, length):
        found = bytearray(os.pread(self.file, length, offset))
        for sector in range(offset // SECTOR, (offset + length) // SECTOR):
            if sector in self.cache:
                start = sector * SECTOR - offset
                found[start : start + SECTOR] = self.cache[sector]
        return bytes(found)

    def store(self, sectors):
        for sector in sectors:
            data = self.cache.pop(sector, None)
            if data is not None:
                os.pwrite(self.file, data, sector * SECTOR)


def reply(connection, option, kind, data=b""):
    connection.sendall(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)


def receive(connection, count):
    data = bytearray()
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return bytes(data)
