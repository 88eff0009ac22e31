/// The frames between the controller and the board with the motors, cam switches, light curtain and door.
///
/// The same frames as on the host's link, with types of their own; the controller asks, the driver answers.
public enum MotorBusMessage: Sendable {
    case describe
    case command(MotorCommand)
    /// Lets the door's latch go for a moment; answered as a command is.
    case releaseLatch
    case description(MotorBusDescription)
    case state(MotorBusState)

    private enum Kind: UInt8 {
        case describe = 0x40
        case command = 0x41
        case releaseLatch = 0x42
        case description = 0xC0
        case state = 0xC1
    }

    public func frame(sequence: UInt16) -> Frame {
        var body = FrameBody()
        let kind: Kind
        switch self {
        case .describe: kind = .describe
        case .command(let command):
            kind = .command
            command.append(to: &body)
        case .releaseLatch: kind = .releaseLatch
        case .description(let description):
            kind = .description
            description.append(to: &body)
        case .state(let state):
            kind = .state
            state.append(to: &body)
        }
        return Frame(type: kind.rawValue, sequence: sequence, body: body)
    }

    public init(_ frame: Frame) throws(MessageError) {
        guard frame.version == Frame.currentVersion else { throw .version }
        var reader = ByteReader(frame.body)
        switch Kind(rawValue: frame.type) {
        case .describe:
            guard reader.isAtEnd else { throw .body }
            self = .describe
        case .command:
            guard let command = MotorCommand(&reader) else { throw .body }
            self = .command(command)
        case .releaseLatch:
            guard reader.isAtEnd else { throw .body }
            self = .releaseLatch
        case .description:
            guard let description = MotorBusDescription(&reader) else { throw .body }
            self = .description(description)
        case .state:
            guard let state = MotorBusState(&reader) else { throw .body }
            self = .state(state)
        case nil: throw .type
        }
    }
}
