import ArgumentParser
import Foundation
import KioskAPIClient
import KioskModel
import KioskPlatform
import KioskTestSupport
import Synchronization
import Testing

@testable import KioskCommands

@Suite(.serialized) struct CommandRunnerTests {
    /// What a command wrote.
    private final class Captured: Sendable {
        private let texts = Mutex<(out: String, err: String)>(("", ""))
        var out: String { texts.withLock { $0.out } }
        var err: String { texts.withLock { $0.err } }

        var console: Console {
            Console(
                out: { text in self.texts.withLock { $0.out += text } },
                err: { text in self.texts.withLock { $0.err += text } })
        }
    }

    /// A kiosk for one test: a socket that gives one answer, a program that stands for kioskd's.
    private final class Kiosk: Sendable {
        let folder = TemporaryFolder("ctl")
        private let listener: Mutex<SocketListener?> = Mutex(nil)

        deinit { listener.withLock { $0?.shutdown() } }

        /// Answers every request with a view, or holds it where there is none.
        func answer(_ view: (any Encodable)?, status: Int = 200) throws {
            let body = try view.map { [UInt8](try JSONEncoder().encode($0)) }
            let server = try SocketListener.listen(unix: folder.file("s"))
            listener.withLock { $0 = server }
            Thread.detachNewThread {
                var held: [SocketStream] = []
                while let stream = try? server.accept() {
                    _ = try? stream.read(upTo: 65536)
                    guard let body else {
                        held.append(stream)
                        continue
                    }
                    let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\n\r\n"
                    try? stream.write(Array(head.utf8) + body)
                }
            }
        }

        /// Puts a shell script where kioskd's program is looked for.
        func program(_ script: String) throws {
            let path = folder.file("kioskd")
            try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }

        func run<View: Presentable>(
            _ question: Question<View>, format: OutputFormat = .text, timeout: Duration = .seconds(20)
        ) async -> (status: CommandExit, out: String, err: String) {
            let captured = Captured()
            let settings = Settings(
                socketPath: folder.file("s"), configPath: "/etc/k.toml", kioskdPath: folder.file("kioskd"),
                format: format, timeout: timeout, utcOffset: { _ in 8 * 3600 })
            let status = await CommandRunner(settings: settings, console: captured.console).run(question)
            return (status, captured.out, captured.err)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an answer of kioskd goes to stdout and its finding is the exit status`()
        async throws
    {
        let kiosk = Kiosk()
        try kiosk.answer(Samples.troubled)
        let result = await kiosk.run(StatusCommand.question)
        #expect(result.status == .needsPerson)
        #expect(result.out == Golden.statusEn)
        #expect(result.err.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a problem goes to stderr and decides the exit status`() async throws {
        let cases: [(FaultCode, CommandExit)] = [(.apiNotFound, .notFound), (.apiNotAllowed, .notAllowed)]
        for (code, expected) in cases {
            let kiosk = Kiosk()
            try kiosk.answer(Problem(Fault(code, "detail"), status: 400), status: 400)
            let result = await kiosk.run(VisitCommand.Show.question(Samples.visitID))
            #expect(result.status == expected)
            #expect(result.out.isEmpty)
            #expect(result.err.hasPrefix("× \(code.rawValue) "))
            #expect(result.err.contains("→ \(code.entry.nextStepEn)"))
        }
        let result = await Kiosk().run(VisitCommand.Show.question("no-uuid"))
        #expect(result.status == .notFound)
    }

    @Test(.timeLimit(.minutes(1))) func `no answer in time is 5 and nonsense is 2`() async throws {
        let silent = Kiosk()
        try silent.answer(nil)
        #expect(await silent.run(StatusCommand.question, timeout: .milliseconds(50)).status == .timedOut)
        let odd = Kiosk()
        try odd.answer(["a": 1])
        let result = await odd.run(QueueCommand.List.question)
        #expect(result.status == .fault)
        #expect(result.err.contains("K-SYS-001"))
    }

    @Test(.timeLimit(.minutes(1))) func `with kioskd down the answer is read from disk and the exit status is 8`()
        async throws
    {
        let kiosk = Kiosk()
        let json = String(decoding: try JSONEncoder().encode(Samples.queue), as: UTF8.self)
        try kiosk.program("echo \"$@\" >\"$0.args\"; echo noise >&2; cat <<'E'\n\(json)\nE")
        let result = await kiosk.run(QueueCommand.List.question)
        #expect(result.status == .daemonDown)
        #expect(result.out == Golden.queueEn)
        #expect(result.err.contains("K-API-007 kioskd is not running"))
        #expect(result.err.contains("What follows was read from disk."))
        let arguments = try String(contentsOfFile: kiosk.folder.file("kioskd.args"), encoding: .utf8)
        #expect(arguments == "inspect queue --config /etc/k.toml --json\n")
        let object = try JSONSerialization.jsonObject(
            with: Data(await kiosk.run(QueueCommand.List.question, format: .json).out.utf8))
        #expect((object as? [String: Any])?["source"] as? String == "disk")
    }

    @Test(.timeLimit(.minutes(1))) func `with kioskd down and nothing on disk it says K-API-007 and why`() async throws
    {
        let kiosk = Kiosk()
        let missing = await kiosk.run(StatusCommand.question)
        #expect(missing.status == .daemonDown)
        #expect(missing.out.isEmpty)
        #expect(missing.err.contains("K-API-007"))
        #expect(missing.err.contains("→ Run systemctl start kioskd"))
        // Wherever the line is wrapped: the socket's path may be long.
        let words = missing.err.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("set KIOSKD"))
        try kiosk.program("echo first >&2; echo 'K-STO-002 The store is damaged' >&2; exit 4")
        let failing = await kiosk.run(StatusCommand.question)
        #expect(failing.status == .daemonDown)
        #expect(failing.err.contains("first K-STO-002 The store is damaged"))
        try kiosk.program("echo 'no such visit' >&2; exit 3")
        let absent = await kiosk.run(VisitCommand.Show.question(Samples.visitID))
        #expect(absent.status == .daemonDown)
        #expect(absent.err.contains("; from disk: no such visit"))
        try kiosk.program("echo '{\"schema\":1}'")
        #expect(await kiosk.run(StatusCommand.question).err.contains("gave no StatusView"))
        try kiosk.program("kill -9 $$")
        #expect(await kiosk.run(StatusCommand.question).err.contains("exit status 137"))
    }

    @Test(.timeLimit(.minutes(1))) func `a program that prints without end is stopped`() async throws {
        let kiosk = Kiosk()
        try kiosk.program("exec cat /dev/zero")
        let result = await kiosk.run(StatusCommand.question)
        #expect(result.status == .daemonDown)
        #expect(result.err.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("File too large"))
    }

    @Test(.timeLimit(.minutes(1))) func `what is no command ends with 64`() {
        for words in [["stats"], ["visit", "show"], ["status", "--lang", "fr"], ["queue", "list", "--jsn"]] {
            let error = #expect(throws: (any Error).self) { _ = try KioskControl.parseAsRoot(words) }
            #expect(error.map { KioskControl.exitCode(for: $0).rawValue } == 64, "\(words)")
        }
        #expect(throws: Never.self) {
            _ = try KioskControl.parseAsRoot(["visit", "show", "x", "--json", "--lang", "zh"])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `options come before the environment and the environment before the defaults`()
    {
        func settings(_ environment: [String: String], isTerminal: Bool = true, socket: String? = nil) -> Settings {
            Settings(
                socket: socket, config: nil, json: false, language: nil, environment: environment,
                isTerminal: isTerminal, executable: "/usr/bin/kioskctl")
        }
        #expect(settings([:]).socketPath == "/run/kiosk/kioskd.sock")
        #expect(settings([:]).configPath == "/etc/kiosk/kioskd.toml")
        #expect(settings([:]).kioskdPath == "/usr/bin/kioskd")
        #expect(settings([:]).usesColour)
        #expect(!settings([:], isTerminal: false).usesColour)
        #expect(!settings(["NO_COLOR": "1"]).usesColour)
        #expect(!settings(["TERM": "dumb"]).usesColour)
        let named = settings(["KIOSK_SOCKET": "/s", "KIOSK_CONFIG": "/c", "KIOSKD": "/k"])
        #expect([named.socketPath, named.configPath, named.kioskdPath] == ["/s", "/c", "/k"])
        #expect(settings(["KIOSK_SOCKET": "/s"], socket: "/o").socketPath == "/o")
        #expect(settings([:]).language == .en)
        #expect(settings(["LANG": "zh_CN.UTF-8"]).language == .zh)
        #expect(settings(["LANG": "zh_CN.UTF-8", "LC_ALL": "C"]).language == .en)
        #expect(settings(["LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "zh_TW"]).language == .zh)
    }
}
