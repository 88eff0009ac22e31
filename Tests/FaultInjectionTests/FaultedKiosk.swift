import Foundation
import KioskAPIClient
import KioskLab
import KioskTestSupport

/// A laboratory with the kioskd that ships, started once under the shim and, after each end, again without it.
final class FaultedKiosk: Sendable {
    let stack: KioskStack
    private let temporary: TemporaryFolder
    private let plan: FaultPlan

    /// `data`: where the store lies, where it must be a disk of its own.
    init(_ plan: FaultPlan, reserveMB: Int = 0) {
        self.plan = plan
        temporary = TemporaryFolder("fault")
        var options = KioskStack.Options(binaries: Self.binaries, models: nil)
        options.reserveMB = reserveMB
        stack = KioskStack(folder: LabFolder(path: temporary.path), options: options)
    }

    var folder: LabFolder { stack.folder }
    var client: KioskAPIClient { KioskAPIClient(socketPath: folder.apiSocket, timeout: .seconds(5)) }
    var shim: ShimState { ShimState(file: stateFile) }
    private var stateFile: String { folder.file("shim.state") }

    /// Where the test bundle lies, the programs and the shim do too.
    private static let binaries: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent
    }()

    func start() async throws {
        try Provisioning.prepare(folder)
        try await stack.start(.lab)
        do {
            try await stack.start(.daemon, environment: try shimEnvironment())
        } catch  where shim.fired > 0 {
            // Killed, or refused to start on a disk that failed, before it was ready.
        }
    }

    /// Starts kioskd again where it has ended, as systemd does. Returns whether it had.
    func restartWhereEnded() async throws -> Bool {
        if await stack.child(.daemon)?.isRunning == true { return false }
        try await stack.start(.daemon)
        return true
    }

    func stop() async { await stack.stop() }

    /// The end of kioskd's log, for a failure's report.
    func log() -> String {
        let text = (try? String(contentsOfFile: folder.logs + "/kioskd.log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    // MARK: What a person sees

    func boxes() async throws -> Int { Int(try await stack.control.say("count boxes")) ?? -1 }

    /// Slips that somebody can use.
    ///
    /// A strip is none: what hung out of the printer when kioskd was killed between two writes is cut off before the
    /// whole slip is printed once more.
    func slips() -> Int { names(folder.slips, ".png").count { !isStrip($0) } }

    private func isStrip(_ picture: String) -> Bool {
        let path = "\(folder.slips)/\((picture as NSString).deletingPathExtension).txt"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return false }
        let isEnded = text.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("Not valid for medicine")
        return !(isEnded && text.contains("单据号"))
    }

    /// What lies in the tray once nothing more comes out: for ten looks, or sixty at an empty tray, since a printer that
    /// has taken everything may not have begun.
    ///
    /// Between two looks the laboratory answers a question: on a machine that gives it no time it gets more of it.
    func slipsAtRest() async -> Int {
        var count = slips()
        var quiet = 0
        while quiet < (count > 0 ? 10 : 60) {
            try? await Task.sleep(for: .milliseconds(100))
            _ = try? await boxes()
            quiet = slips() == count ? quiet + 1 : 0
            count = slips()
        }
        return count
    }

    /// Ends kioskd. What it queued at the last moment, a late alert for instance, is sent by its next life, as after
    /// every start.
    func end() async throws {
        await stack.stop(.daemon)
        for _ in 0..<5 {
            guard try await VisitVerdict(self).waiting() > 0 else { return }
            try await stack.start(.daemon)
            _ = await eventually(within: .seconds(60)) {
                (try? await self.client.status().queue.pending) == 0
            }
            await stack.stop(.daemon)
        }
    }

    /// Every message as the platform got it, in no order.
    func received() -> [[UInt8]] {
        names(folder.bundles, ".json").compactMap { name in
            FileManager.default.contents(atPath: folder.bundles + "/" + name).map(Array.init)
        }
    }

    private func names(_ folder: String, _ suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(suffix) }
    }

    private func shimEnvironment() throws -> [String: String] {
        let library = Self.binaries + "/libCFaultShim.so"
        guard FileManager.default.fileExists(atPath: library) else { throw LabError("\(library) is not built") }
        let ports = try JSONDecoder().decode(
            LabPorts.self, from: Data(contentsOf: URL(fileURLWithPath: folder.file("ports.json"))))
        let data = URL(fileURLWithPath: folder.data).resolvingSymlinksInPath().path
        return [
            "LD_PRELOAD": library, "FAULT_PLAN": plan.words, "FAULT_STATE": stateFile, "FAULT_STORE": data,
            "FAULT_PLATFORM": String(ports.platform), "FAULT_DEVICES": String(ports.usbip),
        ]
    }
}
