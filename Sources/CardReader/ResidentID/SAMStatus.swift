import KioskModel

/// SW3, the third status byte of a security module's reply (GA/T 467-2019).
enum SAMStatus: UInt8, Sendable, Hashable, CaseIterable {
    case done = 0x90
    case found = 0x9F
    case checksumWrong = 0x10
    case lengthWrong = 0x11
    case commandWrong = 0x21
    case notUnderstood = 0x24
    case cardRejectsModule = 0x31
    case moduleRejectsCard = 0x32
    case verificationFailed = 0x33
    case wrongCard = 0x40
    case readFailed = 0x41
    case noRandomNumber = 0x47
    case selfTestFailed = 0x60
    case notAuthorised = 0x66
    case noCard = 0x80
    case selectFailed = 0x81
    case noSuchItem = 0x91

    /// For the technician.
    var words: String {
        switch self {
        case .done: "done"
        case .found: "a card was found"
        case .checksumWrong: "the module received a command with a wrong checksum"
        case .lengthWrong: "the module received a command with a wrong length"
        case .commandWrong: "the module does not know the command"
        case .notUnderstood: "the module could not make out the command"
        case .cardRejectsModule: "the card does not accept the module"
        case .moduleRejectsCard: "the module does not accept the card"
        case .verificationFailed: "the card's data failed the module's verification"
        case .wrongCard: "the card is of another kind"
        case .readFailed: "reading the card failed"
        case .noRandomNumber: "the card gave no random number"
        case .selfTestFailed: "the module failed its self-test"
        case .notAuthorised: "the module is not authorised"
        case .noCard: "no card was found"
        case .selectFailed: "selecting the card failed"
        case .noSuchItem: "the card has no such item"
        }
    }

    /// What a command's failure with this status means to people.
    var code: FaultCode {
        switch self {
        case .done, .found, .checksumWrong, .lengthWrong, .commandWrong, .notUnderstood: .readerProtocol
        case .cardRejectsModule, .moduleRejectsCard, .wrongCard: .cardWrongKind
        case .verificationFailed, .noSuchItem: .cardDataInvalid
        // A card that is lifted meanwhile fails like this.
        case .readFailed, .selectFailed: .cardRemoved
        case .noRandomNumber: .cardMute
        case .selfTestFailed, .notAuthorised: .readerSecurityModule
        case .noCard: .cardAbsent
        }
    }
}
