"""A social security card at its contacts, under T=0 (PBOC, ISO 7816-3 section 10.3): files EF05 and EF06, read by tag."""

APPLICATION = b"sx1.sh." + "社会保障".encode("gb18030")
SUCCESS = bytes([0x90, 0x00])


class SocialSecurityCard:
    """`61xx` follows what has data to fetch, `6Cxx` a P3 that is not the record's length. Every holder is invented."""

    answer_to_reset = bytes.fromhex("3B660000") + b"SSSE30"

    def __init__(self, number, name, card_number, birth, sex=1):
        self.files = {
            0xEF05: [self.record(0x07, card_number.encode(), 9)],
            0xEF06: [
                self.record(0x08, number.encode(), 18), self.record(0x09, name.encode("gb18030"), 30),
                self.record(0x0A, str(sex).encode(), 1), self.record(0x0D, bytes.fromhex(birth), 4),
            ],
        }
        self.file = None
        self.is_selected = False
        self.pending = b""

    @staticmethod
    def record(tag, value, length):
        return bytes([tag, length]) + value.ljust(length, b"\0")

    def transmit(self, command):
        if len(command) < 5:
            return bytes([0x67, 0x00])
        _, instruction, p1, _, p3 = command[:5]
        data = command[5:]
        if instruction == 0xA4:
            return self.select(p1, data) if len(data) == p3 else bytes([0x67, 0x00])
        if instruction == 0xB2:
            return self.read_record(p1, p3)
        if instruction == 0xC0:
            data, self.pending = self.pending, b""
            return data + SUCCESS if data and p3 == len(data) else bytes([0x69, 0x85])
        return bytes([0x6D, 0x00])

    def select(self, p1, data):
        if p1 == 0x04 and data == APPLICATION:
            self.is_selected, self.file = True, None
            name = bytes([0x84, len(data)]) + data
            self.pending = bytes([0x6F, len(name)]) + name
            return bytes([0x61, len(self.pending)])
        if p1 == 0x02 and self.is_selected and int.from_bytes(data, "big") in self.files:
            self.file = int.from_bytes(data, "big")
            return SUCCESS
        return bytes([0x6A, 0x82])

    def read_record(self, tag, length):
        if self.file is None:
            return bytes([0x69, 0x86])
        for record in self.files[self.file]:
            if record[0] == tag:
                return record + SUCCESS if length == len(record) else bytes([0x6C, len(record)])
        return bytes([0x6A, 0x83])
