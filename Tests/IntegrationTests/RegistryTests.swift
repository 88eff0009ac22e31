import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

/// A registry file that is replaced under a running kioskd.
@Suite(.serialized) struct RegistryTests {
    @Test(.timeLimit(.minutes(2)))
    func `a suspended doctor signs nothing from the next signature on, until a newer registry says otherwise`()
        async throws
    {
        try await LiveKiosk.run { kiosk in
            let pin = Secret(LabDoctor.pin)
            let told = { try await kiosk.client.status().faults.map(\.code).filter { $0.hasPrefix("K-REG-") } }
            let visit = try await kiosk.prescribedVisit()
            let first = Array(FileManager.default.contents(atPath: kiosk.folder.registry) ?? Data())
            try LabRegistry.issue(
                [LabDoctor.record(kiosk.folder, status: .suspended)], sequence: 2, in: kiosk.folder)
            await kiosk.expectProblem(FaultCode.doctorNotInForce.rawValue) {
                try await kiosk.client.sign(visit, pin: pin)
            }
            #expect(try await told() == [])
            // The file from before the suspension is refused, and so is none.
            try AtomicFile.write(first, to: kiosk.folder.registry)
            await kiosk.expectProblem(FaultCode.doctorNotInForce.rawValue) {
                try await kiosk.client.sign(visit, pin: pin)
            }
            #expect(try await told() == [FaultCode.registryRolledBack.rawValue])
            try FileManager.default.removeItem(atPath: kiosk.folder.registry)
            await kiosk.expectProblem(FaultCode.doctorNotInForce.rawValue) {
                try await kiosk.client.sign(visit, pin: pin)
            }
            #expect(try await told() == [FaultCode.registryMissing.rawValue])

            try LabRegistry.issue([LabDoctor.record(kiosk.folder)], sequence: 3, in: kiosk.folder)
            let shown = try await kiosk.client.visit(visit).prescription
            #expect(try await kiosk.client.sign(visit, prescription: shown, pin: pin).state == .signed)
            #expect(try await told() == [])
        }
    }
}
