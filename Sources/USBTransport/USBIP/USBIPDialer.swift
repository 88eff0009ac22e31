import KioskPlatform
import Synchronization

/// Asks a USB/IP server for its list, or for one device; each on a connection and a thread of its own.
struct USBIPDialer: Sendable {
    private static let limit = Duration.seconds(5)

    let host: String
    let port: UInt16

    /// Everything the server exports. Throws `.serverUnreachable`.
    func list() async throws(USBError) -> [USBIPListedDevice] {
        try await ask { stream, deadline in
            try stream.write(USBIPOperation.listDevices.encoded, deadline: deadline)
            let header = try Self.header(.replyDeviceList, from: stream, deadline)
            guard header.status == .ok else { throw USBIPWireError("device list refused: \(header.status)") }
            let count = try USBIPListedDevice.decodeCount(stream.read(exactly: 4, deadline: deadline))
            var devices: [USBIPListedDevice] = []
            for _ in 0..<count {
                let record = try USBIPDeviceRecord(
                    decoding: stream.read(exactly: USBIPDeviceRecord.length, deadline: deadline))
                let body = try stream.read(exactly: 4 * Int(record.interfaceCount), deadline: deadline)
                devices.append(
                    USBIPListedDevice(record: record, interfaces: try USBIPListedDevice.decodeInterfaces(body)))
            }
            return devices
        }
    }

    /// Takes one device. Throws `.busy`, `.noDevice`, `.serverUnreachable`, `.failed`.
    func importDevice(_ busID: String) async throws(USBError) -> (SocketStream, USBIPDeviceRecord) {
        try await ask { stream, deadline in
            try stream.write(USBIPOperation.importDevice(busID: busID).encoded, deadline: deadline)
            switch try Self.header(.replyImport, from: stream, deadline).status {
            case .ok: break
            case .notAvailable, .busy: throw USBError.busy
            case .noDevice: throw USBError.noDevice
            case .deviceError, .error: throw USBError.failed("import of \(busID) refused")
            }
            let record = try USBIPDeviceRecord(
                decoding: stream.read(exactly: USBIPDeviceRecord.length, deadline: deadline))
            guard record.busID == busID else { throw USBIPWireError("asked for \(busID), given \(record.busID)") }
            return (stream, record)
        }
    }

    private static func header(
        _ code: USBIPOperation.Code, from stream: SocketStream, _ deadline: ContinuousClock.Instant
    ) throws -> USBIPOperationHeader {
        let bytes = try stream.read(exactly: USBIPWire.operationLength, deadline: deadline)
        let header = try USBIPOperationHeader(decoding: bytes)
        guard header.code == code else { throw USBIPWireError("answer \(header.code), \(code) expected") }
        return header
    }

    private func ask<Value: Sendable>(
        _ body: @escaping @Sendable (SocketStream, ContinuousClock.Instant) throws -> Value
    ) async throws(USBError) -> Value {
        let answer = FirstAnswer<Result<Value, USBError>>()
        let (host, port, place) = (host, port, "\(host):\(port)")
        Task {
            do {
                let value = try await onOwnThread("usbip-ask") {
                    try body(.connect(host: host, port: port), .now + Self.limit)
                }
                answer.give(.success(value))
            } catch {
                answer.give(.failure((error as? USBError) ?? .serverUnreachable("\(place): \(error)")))
            }
        }
        // connect(2) itself has no deadline: an address that swallows packets must not hold the caller.
        let timer = Task {
            try await Task.sleep(for: Self.limit + .seconds(1))
            answer.give(.failure(.serverUnreachable("\(place): no answer")))
        }
        defer { timer.cancel() }
        return try await answer.value().get()
    }
}

/// The first of several answers; the others are dropped.
private final class FirstAnswer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case given(Value)
    }

    private let state = Mutex(State.open)

    func give(_ value: Value) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .open: state = .given(value)
            case .given: break
            case .awaited(let continuation):
                state = .given(value)
                return continuation
            }
            return nil
        }
        waiting?.resume(returning: value)
    }

    /// To be called once.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let given = state.withLock { state -> Value? in
                if case .given(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
