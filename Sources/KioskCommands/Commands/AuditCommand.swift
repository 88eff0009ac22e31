import ArgumentParser
import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The chain of everything that was ever written.",
        subcommands: [Export.self, Verify.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the audit chain into a file, with its signed checkpoints.",
            discussion: """
                The file holds no personal data and can be checked anywhere with audit verify. kioskd may run. The user \
                must be able to read the kiosk's database. A file that exists is never overwritten.
                """)

        @Argument(help: "The file to make.")
        var file: String

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let path = URL(filePath: file).standardizedFileURL.path(percentEncoded: false)
            try await options.run { settings throws(Fault) in
                try await OfflineTool(settings).run(AuditExportView.self, ["audit", "export", path])
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check an exported audit chain, on any machine.",
            discussion: """
                Needs the file and public keys alone. Tells the first broken link, and every place where the chain goes \
                on after something that nobody reported: power cuts, crashes, boots, lost links. Exit status: 0 whole \
                and proven, 1 whole with something to ask about, 4 broken, 2 no audit export.
                """)

        @Argument(help: "The file that audit export made.")
        var file: String

        @Option(help: "The kiosk's public key (P-256, PEM): proves who wrote the chain.")
        var deviceKey: String?

        @Option(help: "The platform's public key (Ed25519, 64 hexadecimal digits in a file): proves what it has seen.")
        var witnessKey: String?

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let (file, deviceKey, witnessKey) = (file, deviceKey, witnessKey)
            try await options.run { _ throws(Fault) in
                try Self.verify(file, deviceKey: deviceKey, witnessKey: witnessKey)
            }
        }

        static func verify(_ file: String, deviceKey: String?, witnessKey: String?) throws(Fault) -> AuditFileReport {
            try AuditFileVerifier.verify(
                path: file,
                deviceKey: try deviceKey.map { path throws(Fault) in try VerifyingKey(pem: try text(path)) },
                witnessKey: try witnessKey.map { path throws(Fault) in
                    let hex = try text(path).trimmingCharacters(in: .whitespacesAndNewlines)
                    return try EnvelopeKey(hex: hex)
                })
        }

        private static func text(_ path: String) throws(Fault) -> String {
            do {
                return String(decoding: try BoundedFile.read(path, limit: 64 * 1024), as: UTF8.self)
            } catch {
                throw Fault(.auditFileInvalid, "\(path): \(error)")
            }
        }
    }
}
