import FHIRModel
import Foundation
import Hummingbird
import HummingbirdCore
import KioskModel
import KioskPlatform
import Logging
import NIOCore

/// A platform for tests and laboratories: a FHIR R4 server that knows transactions of PUTs and GET by id.
///
/// It holds what it got in memory, and each transaction's body, as it came, in a file.
public actor PlatformStandIn {
    private let directory: String
    private var refusesSimulated: Bool
    private var records = PlatformRecords()
    private var standing = PlatformBehaviour.accept
    private var queued: [PlatformBehaviour] = []
    private var server: Task<Void, any Error>?

    /// The port it listens on; 0 while it does not.
    public private(set) var port = 0
    /// How many transactions arrived, refused ones too.
    public private(set) var received = 0
    /// How many transactions were taken, repeated ones each time.
    public private(set) var acceptedBundles = 0
    /// The file with the newest transaction's body as it came.
    public private(set) var lastBundlePath: String?

    /// The most bytes that one transaction may have.
    private static let bodyLimit = 16 << 20
    private static let contentType = "application/fhir+json"

    /// `directory` gets the files; it is made where there is none.
    public init(directory: String, refuseSimulated: Bool = false) {
        self.directory = directory
        refusesSimulated = refuseSimulated
    }

    /// Starts on the loopback address and returns the port once it takes connections; 0 lets the system choose one.
    @discardableResult
    public func start(port: Int = 0) async throws -> Int {
        guard server == nil else { return self.port }
        let directory = directory
        try await onOwnThread("lab-platform") {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        try await listen(port)
        return self.port
    }

    public func stop() async {
        let task = server
        server = nil
        port = 0
        task?.cancel()
        _ = try? await task?.value
    }

    /// The FHIR base for a kiosk's configuration.
    public var base: String { "http://127.0.0.1:\(port)/fhir" }

    /// From now on treats every transaction so, until told otherwise.
    public func script(_ behaviour: PlatformBehaviour) { standing = behaviour }

    /// Queues how the next transactions are treated, one each; what stands applies again after them.
    public func next(_ behaviours: PlatformBehaviour...) { queued += behaviours }

    /// Whether it refuses what is tagged as simulated, as a production platform does.
    public func refuseSimulated(_ refuses: Bool) { refusesSimulated = refuses }

    /// How many resources of each type it holds.
    public var counts: [String: Int] { records.counts }

    /// The newest content of a resource, JSON.
    public func content(_ type: String, _ id: String) -> [UInt8]? { records.newest("\(type)/\(id)")?.content }

    /// How often a resource's content changed, the first included; 0 where there is none.
    public func versions(_ type: String, _ id: String) -> Int { records.newest("\(type)/\(id)")?.number ?? 0 }

    // MARK: HTTP

    private func listen(_ port: Int) async throws {
        let router = Router()
        router.post("fhir") { [self] request, _ in try await transaction(request) }
        router.get("fhir/:type/:id") { [self] _, context in
            try await resource(context.parameters.require("type"), context.parameters.require("id"))
        }
        var logger = Logger(label: "lab-platform")
        // A connection that ends with the stand-in is no error.
        logger.logLevel = .critical
        let (ports, port) = (AsyncStream<Int>.makeStream(), port)
        let application = Application(
            router: router, server: HTTPServerBuilder { HeldChannel(responder: $0) },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let task = Task {
            defer { ports.continuation.finish() }
            try await application.run()
        }
        var iterator = ports.stream.makeAsyncIterator()
        guard let chosen = await iterator.next() else {
            try await task.value
            throw CancellationError()
        }
        (server, self.port) = (task, chosen)
    }

    private func transaction(_ request: Request) async throws -> Response {
        let buffer = try await request.body.collect(upTo: Self.bodyLimit)
        let body = Array(buffer.readableBytesView)
        let behaviour = try await keep(body)
        switch behaviour {
        case .refuse(let status):
            return outcome(status, [.init(severity: "error", code: "processing", diagnostics: "refused by script")])
        case .busy(let seconds):
            var response = outcome(429, [.init(severity: "error", code: "throttled")])
            response.headers[.retryAfter] = String(seconds)
            return response
        case .babble: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "<html>hello</html>")))
        case .proxy(let status):
            let page = ByteBuffer(string: "<html><h1>\(status)</h1></html>")
            return Response(
                status: .init(code: status), headers: [.contentType: "text/html"], body: .init(byteBuffer: page))
        case .slow(let duration): try await Task.sleep(for: duration)
        case .failEntry, .wrongIDs, .cut, .accept: break
        }
        return try answer(body, behaviour)
    }

    private func answer(_ body: [UInt8], _ behaviour: PlatformBehaviour) throws -> Response {
        var entries: [FHIR.Bundle.Entry]
        do throws(PlatformRecords.Refusal) {
            var trial = records
            entries = try trial.apply(body, refuseSimulated: refusesSimulated)
            if case .failEntry = behaviour {
            } else {
                records = trial
                acceptedBundles += 1
            }
        } catch {
            switch error {
            case .refused(let status, let issues): return outcome(status, issues)
            }
        }
        if case .failEntry(let index) = behaviour, entries.indices.contains(index) {
            entries[index].response = .init(status: "422 Unprocessable Entity")
        }
        if behaviour == .wrongIDs {
            for index in entries.indices {
                entries[index].response?.location = "Basic/\(UUID().uuidString.lowercased())/_history/1"
            }
        }
        let bytes = try FHIR.encode(.bundle(.init(type: .transactionResponse, entry: entries)))
        return response(.ok, bytes, cut: behaviour == .cut)
    }

    private func resource(_ type: String, _ id: String) -> Response {
        guard let content = content(type, id) else {
            return outcome(404, [.init(severity: "error", code: "not-found")])
        }
        return response(.ok, content)
    }

    /// Writes the body to a file as it came and takes the next line of the script.
    private func keep(_ body: [UInt8]) async throws -> PlatformBehaviour {
        received += 1
        let behaviour = queued.isEmpty ? standing : queued.removeFirst()
        let path = "\(directory)/bundle-\(received).json"
        try await onOwnThread("lab-platform") { try AtomicFile.write(body, to: path) }
        lastBundlePath = path
        return behaviour
    }

    private func outcome(_ status: Int, _ issues: [FHIR.OperationOutcome.Issue]) -> Response {
        let bytes = (try? FHIR.encode(.operationOutcome(.init(issue: issues)))) ?? []
        return response(.init(code: status), bytes)
    }

    private struct CutOff: Error {}

    private func response(_ status: HTTPResponse.Status, _ bytes: [UInt8], cut: Bool = false) -> Response {
        let headers: HTTPFields = [.contentType: Self.contentType]
        guard cut else {
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let half = Array(bytes.prefix(bytes.count / 2))
        let body = ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: half))
            throw CutOff()
        }
        return Response(status: status, headers: headers, body: body)
    }
}
