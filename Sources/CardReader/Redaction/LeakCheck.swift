import KioskModel
import KioskPlatform
import USBTransport

/// The last look at a recording: what was found on a card must not be in it any more, in any encoding.
struct LeakCheck: Sendable {
    private var needles: Set<[UInt8]> = []

    /// Remembers a text that must be gone.
    mutating func mustBeGone(_ text: String) {
        let text = text.trimmingPrefix(while: \.isWhitespace)
        let trimmed = String(text.reversed().drop { $0.isWhitespace || $0 == "\0" }.reversed())
        guard trimmed.utf8.count >= 4 else { return }
        needles.insert(Array(trimmed.utf8))
        for encoding in [TextEncoding.gb18030, .utf16LittleEndian] {
            if let bytes = encoding.encode(trimmed), bytes.count >= 4 { needles.insert(bytes) }
        }
        let digits = trimmed.prefix(while: \.isNumber).compactMap(\.wholeNumberValue)
        if digits.count >= 8 {
            needles.insert(
                stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
        }
    }

    /// Throws `usbRecordingFailed` where something is still there.
    func check(_ recording: USBRecording) throws(Fault) {
        let synthetic = SyntheticHolder.number
        for transfer in recording.transfers {
            for content in [transfer.out?.bytes, transfer.in?.bytes].compactMap(\.self) {
                for needle in needles where needle != synthetic && content.firstRange(of: needle) != nil {
                    throw Fault(.usbRecordingFailed, "a person's data would have been left in it; nothing was kept")
                }
            }
        }
    }
}
