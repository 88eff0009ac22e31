import KioskModel
import SimulatedDevices
import Testing
import USBTransport

@testable import CardReader

/// A simulated reader behind a USB/IP server, and a binding that reaches it as in production, but over USB/IP.
final class ReaderLab: Sendable {
    static let bus = "1-1"
    let reader: SimulatedCCIDReader
    let server: USBIPServer
    let host: USBIPHost
    let binding: USBRoleBinding

    private init(reader: SimulatedCCIDReader, server: USBIPServer, host: USBIPHost, role: String, allowed: Bool) {
        self.reader = reader
        self.server = server
        self.host = host
        binding = USBRoleBinding(
            host: host, role: USBRole(name: role, path: Self.bus, interfaceClass: 0x0B), allowsSimulated: allowed)
    }

    /// Runs a body with a plugged reader, and takes everything down after it.
    static func run(
        _ options: SimulatedReaderOptions = SimulatedReaderOptions(), role: String = "reader",
        allowsSimulated: Bool = true, _ body: (ReaderLab) async throws -> Void
    ) async throws {
        let server = USBIPServer()
        let port = try await server.start()
        let reader = SimulatedCCIDReader(options: options)
        await server.plug(reader, at: bus)
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        let lab = ReaderLab(reader: reader, server: server, host: host, role: role, allowed: allowsSimulated)
        let result: Result<Void, any Error>
        do {
            try await body(lab)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await lab.binding.shutdown()
        await host.shutdown()
        await server.stop()
        try result.get()
    }

    /// Short waits, so that a silent reader costs a test little.
    static let quick = CCIDTimeouts(
        status: .seconds(1), powerOn: .seconds(1), transfer: .seconds(1), whole: .seconds(5),
        drain: .milliseconds(20))

    var patientStation: SocialSecurityStation {
        SocialSecurityStation(binding: binding, timeouts: Self.quick, times: Self.times)
    }

    var doctorStation: PIVDoctorStation { PIVDoctorStation(binding: binding, timeouts: Self.quick) }

    static let times = WatchTimes(
        poll: .milliseconds(20), notification: .milliseconds(300), settle: .milliseconds(1), retry: .milliseconds(30),
        hopelessRetry: .milliseconds(30))
}

/// The fault that an operation throws, or nil.
func fault(of operation: () async throws -> Void) async -> Fault? {
    do {
        try await operation()
        return nil
    } catch {
        return error as? Fault
    }
}

/// Expects a fault, of a code and with a detail where they are given.
///
/// A function and no closure within `#expect`: the compiler may run one closure of a macro's argument for another.
func expectFault(
    _ code: FaultCode? = nil, detail: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    of operation: () async throws -> Void
) async {
    guard let met = await fault(of: operation) else {
        Issue.record("no fault was thrown", sourceLocation: sourceLocation)
        return
    }
    if let code { #expect(met.code == code, "\(met)", sourceLocation: sourceLocation) }
    if let detail { #expect(met.detail == detail, sourceLocation: sourceLocation) }
}

extension SimulatedCardHolder {
    static let wang = SimulatedCardHolder(
        cardNumber: "A00000001", number: "11010519491231002X", name: "王堃喆", sex: 2, birthDate: "19491231")
}
