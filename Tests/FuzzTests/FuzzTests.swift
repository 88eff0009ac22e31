import Foundation
import Testing

/// Replays the committed seeds, and each of them cut short, to the targets that script/fuzz runs under libFuzzer.
@Suite struct FuzzTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Golden/Fuzz").standardizedFileURL

    @Test(.timeLimit(.minutes(1)), arguments: FuzzTarget.all.map(\.name))
    func `a decoder takes every seed, whole and cut anywhere, without a crash`(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name }, "no target \(name)")
        let seeds = try Self.seeds(name)
        #expect(!seeds.isEmpty)
        for seed in seeds {
            for end in 0...seed.count { target.run(Array(seed[..<end])) }
        }
    }

    @Test func `every target has seeds, and every file of seeds a target`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
            .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }
        #expect(Set(files) == Set(FuzzTarget.all.map(\.name)))
    }

    /// One seed a line, in hex; after a blank comes what it is.
    private static func seeds(_ name: String) throws -> [[UInt8]] {
        let text = try String(contentsOf: corpus.appendingPathComponent(name + ".txt"), encoding: .utf8)
        return text.split(separator: "\n").map { line in
            let digits = Array((line.split(separator: " ", omittingEmptySubsequences: false).first ?? "").utf8)
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
            }
        }
    }
}
