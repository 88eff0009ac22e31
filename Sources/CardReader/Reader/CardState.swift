/// How a slot stands; the values are bmICCStatus (USB CCID 1.1 section 6.2.6).
enum CardState: UInt8, Sendable, Hashable { case active, inactive, absent }
