import ArgumentParser
import Foundation
import KioskModel
import KioskPlatform
import KioskTestSupport
import Synchronization
import Testing

@testable import KioskCommands

@Suite(.serialized) struct CabinetCommandTests {
    /// A socket that answers a question with the newest visits and an order with one visit, and keeps what it was sent.
    private final class Kiosk: Sendable {
        let folder = TemporaryFolder("cab")
        private let listener: SocketListener
        private let received = Mutex<[String]>([])

        init(visits: [VisitView]) throws {
            listener = try SocketListener.listen(unix: folder.file("s"))
            let list = [UInt8](try JSONEncoder().encode(VisitList(visits)))
            let visit = [UInt8](try JSONEncoder().encode(Samples.visit()))
            Thread.detachNewThread { [self] in
                while let stream = try? listener.accept() {
                    guard let bytes = try? stream.read(upTo: 65536) else { continue }
                    let text = String(decoding: bytes, as: UTF8.self)
                    received.withLock { $0.append(text) }
                    let body = text.hasPrefix("GET") ? list : visit
                    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"
                    try? stream.write(Array(head.utf8) + body)
                }
            }
        }

        func stop() { listener.shutdown() }
        var writes: [String] { received.withLock { $0.filter { $0.hasPrefix("POST") } } }

        func run(_ question: Question<VisitView>) async -> (status: CommandExit, err: String) {
            let err = Mutex("")
            let settings = Settings(
                socketPath: folder.file("s"), configPath: "/etc/k.toml", kioskdPath: folder.file("kioskd"),
                format: .text, timeout: .seconds(20), utcOffset: { _ in 0 })
            let console = Console(out: { _ in }, err: { text in err.withLock { $0 += text } })
            let status = await CommandRunner(settings: settings, console: console).run(question)
            return (status, err.withLock { $0 })
        }
    }

    @Test(.timeLimit(.minutes(1))) func `what a person saw goes to the visit with that order, under their name`()
        async throws
    {
        let kiosk = try Kiosk(visits: [Samples.unknownDrop])
        defer { kiosk.stop() }
        let question = CabinetCommand.Resolve.question(42, dropped: false, by: "Li Na", visit: nil)
        let result = await kiosk.run(question)
        #expect(result.status == .ok)
        let write = try #require(kiosk.writes.first)
        #expect(write.hasPrefix("POST /v1/visits/\(Samples.visitID)/resolve "))
        #expect(write.contains("\"transaction\":42"))
        #expect(write.contains("\"dropped\":false"))
        #expect(write.contains("\"by\":\"Li Na\""))
    }

    @Test(.timeLimit(.minutes(1))) func `an order that nobody knows is not found, and nothing is written`() async throws
    {
        let kiosk = try Kiosk(visits: [Samples.unknownDrop])
        defer { kiosk.stop() }
        let question = CabinetCommand.Resolve.question(999, dropped: true, by: "Li Na", visit: nil)
        let result = await kiosk.run(question)
        #expect(result.status == .notFound)
        #expect(result.err.contains("--visit"))
        #expect(kiosk.writes.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `with kioskd down nothing is resolved, and nothing is read from disk instead`()
        async throws
    {
        let kiosk = try Kiosk(visits: [])
        kiosk.stop()
        try FileManager.default.removeItem(atPath: kiosk.folder.file("s"))
        let question = CabinetCommand.Resolve.question(42, dropped: true, by: "Li Na", visit: Samples.visitID)
        let result = await kiosk.run(question)
        #expect(result.status == .daemonDown)
        #expect(result.err.contains("K-API-007"))
        #expect(!result.err.contains("disk"))
    }

    @Test(.timeLimit(.minutes(1))) func `it takes a number, exactly one of the two sights, and a name`() {
        let wrong = [
            ["42", "--dropped"], ["--dropped", "--by", "A"], ["42", "--by", "A"], ["-1", "--dropped", "--by", "A"],
            ["42", "--dropped", "--not-dropped", "--by", "A"], ["42", "--dropped", "--by", ""],
            ["42", "--dropped", "--by", String(repeating: "x", count: 61)],
        ]
        for words in wrong {
            let error = #expect(throws: (any Error).self) {
                _ = try KioskControl.parseAsRoot(["cabinet", "resolve"] + words)
            }
            #expect(error.map { KioskControl.exitCode(for: $0).rawValue } == 64, "\(words)")
        }
        #expect(throws: Never.self) {
            _ = try KioskControl.parseAsRoot(["cabinet", "resolve", "42", "--not-dropped", "--by", "李娜"])
        }
    }
}
