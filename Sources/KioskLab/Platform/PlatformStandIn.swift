import FHIRModel
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import KioskCrypto
import KioskModel
import KioskPlatform
import Logging

/// A platform for tests and laboratories: a FHIR R4 server that knows transactions of PUTs, batches of such
/// transactions, and GET by id.
///
/// It holds what it got in memory, and each transaction's body, as it came, in a file.
public actor PlatformStandIn {
    private let directory: String?
    private var security: PlatformSecurity?
    var traits = PlatformTraits()
    var records = PlatformRecords()
    private var standing = PlatformBehaviour.accept
    private var queued: [PlatformBehaviour] = []
    private var witnessKey: EnvelopeSigningKey?
    private var server: Task<Void, any Error>?

    /// The port it listens on; 0 while it does not.
    public private(set) var port = 0
    /// How many requests with transactions arrived.
    public private(set) var requests = 0
    /// How many of them came compressed.
    public internal(set) var compressed = 0
    /// How many transactions arrived, refused ones too.
    public private(set) var received = 0
    /// How many consultations were taken, repeated ones each time.
    public internal(set) var acceptedBundles = 0
    /// The file with the newest transaction's body as it came.
    public private(set) var lastBundlePath: String?

    /// `directory` gets the files and is made where there is none; nil for no files.
    public init(directory: String?, refuseSimulated: Bool = false, security: PlatformSecurity? = nil) {
        self.directory = directory
        self.security = security
        traits.refusesSimulated = refuseSimulated
    }

    /// Starts on the loopback address and returns the port once it takes connections; 0 lets the system choose one.
    @discardableResult
    public func start(port: Int = 0) async throws -> Int {
        guard server == nil else { return self.port }
        if let directory {
            try await onOwnThread("lab-platform") {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
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
    public var base: String { "\(security == nil ? "http" : "https")://127.0.0.1:\(port)/fhir" }

    /// From now on treats every request so, until told otherwise.
    public func script(_ behaviour: PlatformBehaviour) { standing = behaviour }

    /// Queues how the next requests are treated, one each; what stands applies again after them.
    public func next(_ behaviours: PlatformBehaviour...) { queued += behaviours }

    public func set(_ trait: PlatformTrait) { traits.set(trait) }

    /// Whether it refuses what is tagged as simulated, as a production platform does.
    public func refuseSimulated(_ refuses: Bool) { traits.refusesSimulated = refuses }

    /// Listens again on the same port with another certificate. Throws `LabError` where it has no TLS.
    public func present(_ flaw: LabAuthority.Flaw, asksForCertificate: Bool = true) async throws {
        guard security != nil else { throw LabError("the platform speaks plain HTTP") }
        security?.flaw = flaw
        security?.asksForCertificate = asksForCertificate
        let port = port
        await stop()
        try await start(port: port)
    }

    /// From now on countersigns the checkpoints of kiosks' audit chains.
    public func countersign(with key: EnvelopeSigningKey) { witnessKey = key }

    /// The newest checkpoint that was countersigned, by kiosk.
    public private(set) var witnessed: [String: AuditCheckpoint.Statement] = [:]

    /// The countersignature of a checkpoint as a header holds both; nil for one that is older than, or another than,
    /// the newest that was seen.
    func witness(_ header: String) -> String? {
        guard let witnessKey, let bytes = Base64URL.decode(header),
            let statement = try? AuditCheckpoint(parsing: bytes).statement
        else { return nil }
        if let last = witnessed[statement.kiosk],
            statement.seq < last.seq || statement.seq == last.seq && statement.head != last.head
        {
            return nil
        }
        guard let witness = try? AuditWitness(of: statement, key: witnessKey),
            let text = try? CanonicalJSON.encode(witness)
        else { return nil }
        witnessed[statement.kiosk] = statement
        return Base64URL.encode(text)
    }

    /// Holds an order for a kiosk, as the Binary that it asks for; nil for none.
    public func publish(_ envelope: [UInt8]?, for kiosk: String) throws {
        let content = try envelope.map { bytes in
            var binary = FHIR.Binary(
                contentType: "application/jose+json", data: Data(bytes).base64EncodedString())
            binary.id = "envelope-\(kiosk)"
            return try FHIR.encode(.binary(binary))
        }
        records.hold("Binary/envelope-\(kiosk)", content)
    }

    /// How many resources of each type it holds.
    public var counts: [String: Int] { records.counts }

    /// The newest content of a resource, JSON.
    public func content(_ type: String, _ id: String) -> [UInt8]? { records.newest("\(type)/\(id)")?.content }

    /// How often a resource's content changed, the first included; 0 where there is none.
    public func versions(_ type: String, _ id: String) -> Int { records.newest("\(type)/\(id)")?.number ?? 0 }

    // MARK: Connections

    private func listen(_ port: Int) async throws {
        var logger = Logger(label: "lab-platform")
        // A connection that ends with the stand-in is no error.
        logger.logLevel = .critical
        let plain = HTTPServerBuilder { HeldChannel(responder: $0) }
        let builder = try security.map { try .tls(plain, tlsConfiguration: $0.configuration()) } ?? plain
        let (ports, port) = (AsyncStream<Int>.makeStream(), port)
        let application = Application(
            router: router(), server: builder,
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

    /// How the request that has arrived is treated.
    func nextBehaviour() -> PlatformBehaviour {
        requests += 1
        return queued.isEmpty ? standing : queued.removeFirst()
    }

    /// Writes each transaction to a file as it came.
    func keep(_ transactions: [[UInt8]]) async throws {
        let first = received + 1
        received += transactions.count
        guard let directory, !transactions.isEmpty else { return }
        try await onOwnThread("lab-platform") {
            for (index, transaction) in transactions.enumerated() {
                let path = "\(directory)/bundle-\(first + index).json"
                try Data(transaction).write(to: URL(fileURLWithPath: path), options: .atomic)
            }
        }
        lastBundlePath = "\(directory)/bundle-\(first + transactions.count - 1).json"
    }
}
