import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct SyncDiagnosisTests {
    private func diagnose(
        _ url: String?, tls: PlatformTLS = PlatformTLS(), clock: any KioskClock = SystemClock(),
        queue: QueueSummary? = nil, lastFault: Fault? = nil, files: NetworkFiles = NetworkFiles()
    ) async -> SyncDiagnosisView {
        await SyncDiagnosis(url: url, tls: tls, clock: clock, queue: queue, lastFault: lastFault, files: files).view()
    }

    private func failed(_ view: SyncDiagnosisView) -> String? { view.layers.first { $0.state == .failed }?.layer }

    private func withPlatform(
        _ security: PlatformSecurity? = nil, _ body: (PlatformStandIn, String) async throws -> Void
    ) async throws {
        let platform = PlatformStandIn(directory: nil, security: security)
        try await platform.start()
        try await body(platform, await platform.base)
        await platform.stop()
    }

    @Test(.timeLimit(.minutes(1))) func `all layers are well where the platform answers`() async throws {
        try await withPlatform { _, base in
            let view = await diagnose(
                base, queue: QueueSummary(pending: 0, quarantined: 0, oldestSeconds: nil, lastFault: nil))
            #expect(view.fault == nil)
            #expect(view.layers.count == 10)
            #expect(view.layers.filter { $0.state == .ok }.count == 9)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a kiosk without an address says so`() async {
        let view = await diagnose(nil)
        #expect(view.fault?.code == "K-SYN-015")
    }

    @Test(.timeLimit(.minutes(1))) func `no cable, and no way out, are told apart`() async throws {
        let folder = TemporaryFolder("net")
        let root = folder.path
        for path in ["/sys/class/net/eth0", "/proc/net"] {
            try FileManager.default.createDirectory(atPath: root + path, withIntermediateDirectories: true)
        }
        func write(_ path: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: root + path))
        }
        try write("/sys/class/net/eth0/carrier", "0\n")
        try write("/sys/class/net/eth0/operstate", "down\n")
        let url = "https://platform.invalid/fhir"
        var view = await diagnose(url, files: NetworkFiles(root: root))
        #expect(failed(view) == "link")
        #expect(view.fault?.code == "K-SYN-006")
        #expect(view.fault?.detail == "eth0 down")
        try write("/sys/class/net/eth0/carrier", "1\n")
        try write("/proc/net/route", "Iface\tDestination\tGateway \tFlags\neth0\t0000A8C0\t00000000\t0001\n")
        view = await diagnose(url, files: NetworkFiles(root: root))
        #expect(failed(view) == "route")
        #expect(view.fault?.code == "K-SYN-007")
        try write(
            "/proc/net/route", "Iface\tDestination\tGateway \tFlags\neth0\t00000000\t0100A8C0\t0003\n")
        view = await diagnose(url, files: NetworkFiles(root: root))
        #expect(failed(view) == "name")
        #expect(view.fault?.code == "K-SYN-008")
    }

    @Test(.timeLimit(.minutes(1))) func `a port that nobody listens on is told by its number`() async throws {
        let platform = PlatformStandIn(directory: nil)
        let port = try await platform.start()
        await platform.stop()
        let view = await diagnose("http://127.0.0.1:\(port)/fhir")
        #expect(failed(view) == "connection")
        #expect(view.fault?.code == "K-SYN-001")
    }

    @Test(.timeLimit(.minutes(1))) func `a clock that is an hour off is the clock's fault`() async throws {
        try await withPlatform { _, base in
            let clock = TestClock(wall: SystemClock().stamp().wall - 3_600_000)
            let view = await diagnose(base, clock: clock)
            #expect(failed(view) == "clock")
            #expect(view.fault?.code == "K-SYN-009")
            #expect(view.fault?.detail.hasPrefix("-3") == true)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (LabAuthority.Flaw.expired, "tls", "K-SYN-010"), (.stranger, "tls", "K-SYN-010"),
            (.otherHost, "tls", "K-SYN-010"), (.early, "clock", "K-SYN-009"),
        ])
    func `a certificate that is not good is told by what is wrong with it`(
        flaw: LabAuthority.Flaw, layer: String, code: String
    ) async throws {
        let authority = try LabAuthority()
        let folder = TemporaryFolder("why")
        try AtomicFile.write(Array(try authority.pem.utf8), to: folder.file("ca.pem"))
        var security = PlatformSecurity(authority: authority)
        security.flaw = flaw
        security.asksForCertificate = false
        try await withPlatform(security) { _, base in
            let view = await diagnose(base, tls: PlatformTLS(authorityFile: folder.file("ca.pem")))
            #expect(failed(view) == layer)
            #expect(view.fault?.code == code)
            if flaw == .expired { #expect(view.fault?.detail.hasPrefix("expired") == true) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a platform that wants a certificate of a kiosk without one says so`()
        async throws
    {
        let authority = try LabAuthority()
        let folder = TemporaryFolder("why")
        try AtomicFile.write(Array(try authority.pem.utf8), to: folder.file("ca.pem"))
        try await withPlatform(PlatformSecurity(authority: authority)) { _, base in
            let view = await diagnose(base, tls: PlatformTLS(authorityFile: folder.file("ca.pem")))
            #expect(view.fault?.code == "K-SYN-011")
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (Fault(.syncAuthentication, "HTTP 401"), "authentication"), (Fault(.syncServerError, "HTTP 503"), "server"),
            (Fault(.syncAckMismatch, "x"), "request"),
        ])
    func `what sending met last is told where the platform answers questions`(fault: Fault, layer: String) async throws
    {
        try await withPlatform { _, base in
            let queue = QueueSummary(pending: 2, quarantined: 0, oldestSeconds: 9, lastFault: fault)
            let view = await diagnose(base, queue: queue, lastFault: fault)
            #expect(failed(view) == layer)
            #expect(view.fault?.code == fault.code.rawValue)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a refused record is told last, when everything else is well`() async throws {
        try await withPlatform { _, base in
            let queue = QueueSummary(pending: 0, quarantined: 1, oldestSeconds: nil, lastFault: nil)
            let view = await diagnose(base, queue: queue)
            #expect(failed(view) == "records")
            #expect(view.fault?.code == "K-SYN-002")
        }
    }
}
