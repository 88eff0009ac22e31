import Foundation
import KioskCrypto
import KioskModel
import KioskTestSupport

@testable import KioskStore

/// A store in a folder of its own, with a clock that the test moves.
struct StoreFixture {
    let folder = TemporaryFolder("store")
    let clock = TestClock(isTold: true)
    let key: [UInt8]

    init(keyByte: UInt8 = 7) { key = [UInt8](repeating: keyByte, count: 32) }

    var path: String { folder.file("kiosk.sqlite") }

    func open(keyByte: UInt8? = nil, readOnly: Bool = false) throws -> Store {
        let bytes = keyByte.map { [UInt8](repeating: $0, count: 32) } ?? key
        return try Store.open(path: path, sealer: Sealer(key: bytes), clock: clock, readOnly: readOnly)
    }

    /// Opens it once the last one, dropped without a close, is gone: the frames of its last call hold it a moment longer.
    func openAfterDrop() async throws -> Store {
        let limit = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try open()
            } catch let fault as Fault where fault.code == .storeInUse && ContinuousClock.now < limit {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Every byte that the folder holds, by file name.
    func files() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            var isFolder: ObjCBool = false
            let there = FileManager.default.fileExists(atPath: folder.file(name), isDirectory: &isFolder)
            guard there, !isFolder.boolValue else { continue }
            files[name] = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
        }
        return files
    }

    func visit(
        _ id: String = UUIDv7.make(), state: VisitState = .opened, patient number: String = "11010119900131123X"
    ) -> Visit {
        let patient = PatientIdentity(
            cardKind: .socialSecurity, cardNumber: "T00000019", number: number,
            name: "欧阳测试",
            sex: .female, birthDate: "1990-01-31")
        var visit = Visit(
            id: id, mode: .clinicOnsite, openedAt: clock.stamp(), patient: patient, simulated: ["reader"])
        visit.state = state
        return visit
    }

    func change(_ visit: Visit, expecting: Int? = nil) throws -> StoreChange {
        var change = StoreChange()
        try change.put(
            visit, kind: .visit, id: visit.id, visit: visit.id, state: visit.state.rawValue,
            expecting: expecting)
        return change
    }

    func item(_ visit: Visit, _ text: String = "{\"resourceType\":\"Bundle\"}") -> OutboxItem {
        OutboxItem(id: UUIDv7.make(), kind: "consultation", visit: visit.id, body: Array(text.utf8))
    }
}
