import Foundation
import SimulatedDevices

/// The cards that lie in the laboratory's drawer; every holder is invented.
public enum LabCards {
    private static let holders: [String: SimulatedCardHolder] = [
        "zhang-wei": SimulatedCardHolder(
            cardNumber: "A00000001", number: "110105199003072012", name: "张伟", sex: 1, birthDate: "19900307"),
        "wang-fang": SimulatedCardHolder(
            cardNumber: "A00000002", number: "310101195512314028", name: "王芳", sex: 2, birthDate: "19551231"),
        // A name of eight bytes in every encoding: one of four stands by chance in megabytes of ciphertext.
        "shangguan-wanqiu": SimulatedCardHolder(
            cardNumber: "A00000004", number: "310101198205164027", name: "上官婉秋", sex: 2, birthDate: "19820516"),
    ]

    /// A number whose check digit is wrong.
    private static let brokenHolder = SimulatedCardHolder(
        cardNumber: "A00000003", number: "110105199003072013", name: "试卡", sex: 1, birthDate: "19900307")

    /// The same people's resident ID cards. Throws `LabError` with the names that are known.
    public static func residentCard(_ name: String) throws(LabError) -> SimulatedResidentCard {
        guard let holder = holders[name] else {
            throw LabError("no ID card \(name). Known: \(holders.keys.sorted().joined(separator: ", "))")
        }
        return SimulatedResidentCard(
            name: holder.name, sex: holder.sex, birthDate: holder.birthDate, number: holder.number,
            address: "北京市测试区示范路 1 号")
    }

    /// Throws `LabError` with the names that are known.
    public static func card(_ name: String) throws(LabError) -> any SimulatedCard {
        switch name {
        case "bus-card": return SimulatedWrongCard()
        case "mute-card": return SimulatedMuteCard()
        case "broken-card": return SimulatedSocialSecurityCard(holder: brokenHolder)
        default:
            guard let holder = holders[name] else {
                let known = (holders.keys.sorted() + ["broken-card", "bus-card", "mute-card"]).joined(separator: ", ")
                throw LabError("no card \(name). Known: \(known)")
            }
            return SimulatedSocialSecurityCard(holder: holder)
        }
    }
}
