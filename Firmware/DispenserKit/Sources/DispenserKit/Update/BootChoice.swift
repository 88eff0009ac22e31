/// Which image a board starts with: the newest that is confirmed, or that was never tried.
///
/// An image that was tried and is not confirmed has failed, and is left aside. Only where nothing else would run at all
/// it is tried again: a board that might work is better than one that can't.
public struct BootChoice: Sendable {
    public let report: BootReport
    public let header: ImageHeader

    /// Marks an image as tried before it is chosen for the first time. Nil where no bank holds an image.
    public init?(for target: ImageTarget, from flash: inout some BankFlash) {
        var banks = Banks(first: Self.read(0, &flash, target), second: Self.read(1, &flash, target))
        while let bank = banks.best {
            guard let header = banks[bank].header else { return nil }
            let isTrial = banks[bank].state != .confirmed
            if banks[bank].state == .untried {
                do {
                    try ImageBank.set(.tried, bank: bank, of: &flash)
                } catch {
                    // What can't be marked would be tried for ever.
                    banks.refuse(bank)
                    continue
                }
            }
            let other = banks[1 - bank]
            let isAbandoned = (other.state == .tried || other.state == .damaged) && other.version > header.version
            report = BootReport(
                bank: UInt8(bank), isTrial: isTrial,
                abandoned: isAbandoned ? other.version : FirmwareVersion(major: 0, minor: 0, patch: 0))
            self.header = header
            return
        }
        return nil
    }

    private static func read(_ bank: Int, _ flash: inout some BankFlash, _ target: ImageTarget) -> ImageBank? {
        try? ImageBank(reading: bank, of: &flash, for: target)
    }

    private struct Banks {
        private var first: ImageBank
        private var second: ImageBank

        init(first: ImageBank?, second: ImageBank?) {
            self.first = first ?? .unreadable
            self.second = second ?? .unreadable
        }

        subscript(bank: Int) -> ImageBank { bank == 0 ? first : second }

        mutating func refuse(_ bank: Int) {
            if bank == 0 { first.state = .tried } else { second.state = .tried }
        }

        var best: Int? {
            choose { $0 == .confirmed || $0 == .untried } ?? choose { $0 == .tried }
        }

        private func choose(_ isGood: (ImageBank.State) -> Bool) -> Int? {
            switch (isGood(first.state), isGood(second.state)) {
            case (false, false): nil
            case (true, false): 0
            case (false, true): 1
            case (true, true):
                if first.version == second.version {
                    second.state == .confirmed ? 1 : 0
                } else {
                    first.version > second.version ? 0 : 1
                }
            }
        }
    }
}
