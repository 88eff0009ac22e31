import Foundation
import KioskCrypto
import KioskModel
import Prescribing
import Testing

@Suite struct RegistryTests {
    private let issuer = EnvelopeSigningKey()
    private let now = TestDoctor.now

    private func registry(sequence: UInt64 = 5, expires: Date? = nil) -> DoctorRegistry {
        DoctorRegistry(
            registry: "r", sequence: sequence, issued: now, expires: expires ?? now + 86_400, laboratory: true,
            doctors: [TestDoctor.record()])
    }

    private func load(_ bytes: [UInt8], last: UInt64 = 0, key: EnvelopeSigningKey? = nil) throws -> DoctorRegistry {
        try DoctorRegistry(
            envelope: bytes, key: EnvelopeKey(hex: (key ?? issuer).publicHex), lastSequence: last, now: now)
    }

    private func code(_ body: () throws -> Void) -> FaultCode? {
        #expect(throws: Fault.self, performing: body)?.code
    }

    @Test func `a signed registry is read and finds the doctor by certificate`() throws {
        let loaded = try load(registry().envelope(signedBy: issuer))
        #expect(loaded.doctor(thumbprint: "ab")?.id == "D-1")
        #expect(loaded.doctor(thumbprint: "cd") == nil)
    }

    @Test func `a registry signed by another key is refused`() throws {
        let bytes = try registry().envelope(signedBy: EnvelopeSigningKey())
        #expect(code { _ = try load(bytes) } == .registryBadSignature)
    }

    @Test func `a changed byte anywhere is refused`() throws {
        let bytes = try registry().envelope(signedBy: issuer)
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var broken = bytes
            broken[index] ^= 1
            #expect(throws: Fault.self) { try load(broken) }
        }
    }

    @Test func `an older sequence than the last one seen is refused, the same one is not`() throws {
        let bytes = try registry(sequence: 5).envelope(signedBy: issuer)
        #expect(code { _ = try load(bytes, last: 6) } == .registryRolledBack)
        #expect(try load(bytes, last: 5).sequence == 5)
    }

    @Test func `an expired registry is refused`() throws {
        let bytes = try registry(expires: now - 1).envelope(signedBy: issuer)
        #expect(code { _ = try load(bytes) } == .registryExpired)
    }

    @Test func `a licence that ended, a suspension, another mode or site stop the doctor`() {
        func check(_ doctor: DoctorRecord, site: String = "S1") -> FaultCode? {
            do {
                try doctor.checkMayWork(at: now, mode: .clinicOnsite, site: site)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(check(TestDoctor.record()) == nil)
        #expect(check(TestDoctor.record(notAfter: now - 1)) == .doctorNotInForce)
        #expect(check(TestDoctor.record(status: .suspended)) == .doctorNotInForce)
        #expect(check(TestDoctor.record(status: .revoked)) == .doctorNotInForce)
        #expect(check(TestDoctor.record(scope: [.internetFollowUp])) == .doctorOutOfScope)
        #expect(check(TestDoctor.record(), site: "S2") == .doctorOutOfScope)
    }
}
