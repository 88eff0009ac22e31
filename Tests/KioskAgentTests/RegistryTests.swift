import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskTestSupport
import Testing

/// A registry that comes while a doctor is signed in counts for the next signature.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RegistryTests {
    private static let pin = Secret(LabDoctor.pin)

    private func withPrescribed(_ body: @Sendable (AgentRig, AgentLife, VisitID) async throws -> Void) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            try await life.signIn()
            try await body(rig, life, try await life.prescribedVisit())
        }
        await rig.server.stop()
    }

    @Test func `a doctor who is suspended after the sign-in signs nothing more, and does not sign in again`()
        async throws
    {
        try await withPrescribed { rig, life, visit in
            try LabRegistry.issue([LabDoctor.record(rig.folder, status: .suspended)], sequence: 2, in: rig.folder)
            await expectFault(.doctorNotInForce) { try await life.sign(visit, pin: Self.pin) }
            await expectFault(.doctorNotInForce) { _ = try await life.prescribe(visit) }
            #expect(try await life.state(of: visit) == .prescribed)
            await expectFault(.doctorNotInForce) { try await life.signIn() }
            #expect(try await life.agent.status().doctor == nil)
        }
    }

    @Test func `a doctor whom the registry does not list any more signs nothing`() async throws {
        try await withPrescribed { rig, life, visit in
            try LabRegistry.issue([], sequence: 2, in: rig.folder)
            await expectFault(.doctorUnknown) { try await life.sign(visit, pin: Self.pin) }
        }
    }

    @Test func `what the doctor may prescribe no more is not signed, though it was written before`() async throws {
        try await withPrescribed { rig, life, visit in
            try LabRegistry.issue([LabDoctor.record(rig.folder, antibiotics: .none)], sequence: 2, in: rig.folder)
            let fault = await expectFault(.rxRuleBlocked) { try await life.sign(visit, pin: Self.pin) }
            #expect(fault?.detail.hasPrefix("R14") == true)
        }
    }

    @Test func `a damaged registry leaves the one before in force, and people are told until it is put right`()
        async throws
    {
        try await withPrescribed { rig, life, visit in
            let good = try #require(FileManager.default.contents(atPath: rig.folder.registry))
            try AtomicFile.write(Array("{}".utf8), to: rig.folder.registry)
            try await life.sign(visit, pin: Self.pin)
            #expect(try await life.state(of: visit) == .signed)
            let told = { (code: FaultCode) in
                try await life.agent.status().faults.contains { $0.code == code.rawValue }
            }
            #expect(try await told(.registryBadSignature))
            try AtomicFile.write(Array(good), to: rig.folder.registry)
            try await life.signIn()
            #expect(try await !told(.registryBadSignature))
        }
    }

    @Test func `an older registry never takes a newer one's place`() async throws {
        try await withPrescribed { rig, life, visit in
            let older = try #require(FileManager.default.contents(atPath: rig.folder.registry))
            try LabRegistry.issue([LabDoctor.record(rig.folder, status: .revoked)], sequence: 2, in: rig.folder)
            await expectFault(.doctorNotInForce) { try await life.sign(visit, pin: Self.pin) }
            try AtomicFile.write(Array(older), to: rig.folder.registry)
            await expectFault(.doctorNotInForce) { try await life.sign(visit, pin: Self.pin) }
        }
    }
}
