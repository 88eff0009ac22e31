import BenchSupport
import SimulatedDevices

/// The one conversation that both ways to a card have: a record of a social security card, by ISO 7816-4.
enum CardTalk {
    typealias Way = ([UInt8]) async throws -> [UInt8]

    static let card = SimulatedSocialSecurityCard(
        holder: SimulatedCardHolder(
            cardNumber: "T00000019", number: "11010519491231002X", name: "测试患者", sex: 2, birthDate: "19491231"))

    /// `sx1.sh.社会保障` in GBK.
    private static let application: [UInt8] =
        Array("sx1.sh.".utf8) + [0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF]

    /// Selects the file, and returns the command that reads the record of the name with its exact length.
    static func prepare(_ way: Way) async throws -> [UInt8] {
        _ = try await way([0x00, 0xA4, 0x04, 0x00, UInt8(application.count)] + application)
        let selected = try await way([0x00, 0xA4, 0x02, 0x00, 0x02, 0xEF, 0x06])
        guard selected == [0x90, 0x00] else { throw BenchError("the card answers \(selected) to SELECT EF06") }
        let length = try await way([0x00, 0xB2, 0x09, 0x00, 0x00])
        guard length.count == 2, length[0] == 0x6C else { throw BenchError("the card answers \(length)") }
        return [0x00, 0xB2, 0x09, 0x00, length[1]]
    }

    /// Seconds for one APDU, over `count` of them.
    static func time(_ way: Way, _ command: [UInt8], count: Int) async throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count {
            let answer = try await way(command)
            guard answer.suffix(2) == [0x90, 0x00] else { throw BenchError("the card answers \(answer.suffix(2))") }
        }
        return (ContinuousClock.now - start).seconds / Double(count)
    }
}
