import KioskCrypto

/// What a walkthrough leaves: the last line of `script/run --json`.
public struct WalkthroughReport: Codable, Sendable, Hashable {
    public struct Step: Codable, Sendable, Hashable {
        public let name: String
        public let seconds: Double
    }

    public var schema = 1
    public let verdict: String
    /// `verified`, or `not run`.
    public let face: String
    public let steps: [Step]
    public let slipPNG: String
    public let bundle: String
    /// Items still in the outbox.
    public let outbox: Int

    private enum CodingKeys: String, CodingKey {
        case schema, verdict, face, steps, bundle, outbox
        case slipPNG = "slip_png"
    }
}

extension WalkthroughReport {
    public var total: Double { (steps.map(\.seconds).reduce(0, +) * 100).rounded() / 100 }

    /// The report as one line of JSON.
    public func line() throws -> String { String(decoding: try CanonicalJSON.encode(self), as: UTF8.self) }
}
