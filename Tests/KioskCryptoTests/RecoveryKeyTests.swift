import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@Suite struct RecoveryKeyTests {
    private let recovery = RecoveryPrivateKey()
    private let dataKey = Sealer()

    @Test func `a data key wrapped for the recovery key is opened by it alone`() async throws {
        let wrap = try RecoveryPublicKey(pem: recovery.publicKey.pem).wrap(dataKey, context: "data-key/1/patient")
        let again = try RecoveryPrivateKey(pem: recovery.pem).unwrap(wrap, context: "data-key/1/patient")
        #expect(again.id == dataKey.id)
        let sealed = try dataKey.seal([1, 2, 3], context: "c")
        #expect(try again.open(sealed, context: "c") == [1, 2, 3])
        await expectFault(.storeRecoveryKeyWrong) {
            _ = try RecoveryPrivateKey().unwrap(wrap, context: "data-key/1/patient")
        }
        await expectFault(.storeRecoveryKeyWrong) { _ = try recovery.unwrap(wrap, context: "data-key/2/patient") }
    }

    @Test func `every flipped bit of a wrap is noticed, and so is every missing byte`() async throws {
        let wrap = try recovery.publicKey.wrap(dataKey, context: "c")
        #expect(wrap.count == 113)
        for index in stride(from: 0, to: wrap.count, by: 7) {
            var broken = wrap
            broken[index] ^= 1
            await expectFault(.storeRecoveryKeyWrong) { _ = try recovery.unwrap(broken, context: "c") }
            await expectFault(.storeRecoveryKeyWrong) {
                _ = try recovery.unwrap(Array(wrap.prefix(index)), context: "c")
            }
        }
    }

    @Test func `a wrapped key opens under its own key and context only`() async throws {
        let kiosk = Sealer()
        let wrap = try kiosk.wrap(dataKey, context: "c")
        #expect(try kiosk.unwrap(wrap, context: "c").id == dataKey.id)
        await expectFault(.storeKeyWrong) { _ = try kiosk.unwrap(wrap, context: "d") }
        await expectFault(.storeKeyWrong) { _ = try Sealer().unwrap(wrap, context: "c") }
    }

    @Test func `a pseudonym is the key's own and the purpose's own`() {
        let value = Array("11010119900131123X".utf8)
        let name = dataKey.pseudonym(of: value, context: "patient")
        #expect(name == dataKey.pseudonym(of: value, context: "patient"))
        #expect(name != dataKey.pseudonym(of: value, context: "other"))
        #expect(name != Sealer().pseudonym(of: value, context: "patient"))
        #expect(name.count == 32)
    }
}
