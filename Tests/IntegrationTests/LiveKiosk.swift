import Foundation
import KioskAPIClient
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// The real programs in a temporary folder, for one test.
final class LiveKiosk: Sendable {
    let stack: KioskStack
    private let temporary: TemporaryFolder

    /// `faces`: with the face models, where they are installed.
    init(models: String? = nil, camera: String? = nil, secured: Bool = false, firmware: String? = nil) {
        temporary = TemporaryFolder("live")
        stack = KioskStack(
            folder: LabFolder(path: temporary.path),
            options: .init(
                binaries: Programs.folder, models: models, camera: camera, secured: secured,
                firmware: firmware))
    }

    var folder: LabFolder { stack.folder }
    var client: KioskAPIClient { stack.client }
    var control: LabControl { stack.control }

    /// Starts everything, runs the body, stops everything.
    static func run(
        models: String? = nil, camera: String? = nil, secured: Bool = false, firmware: String? = nil,
        _ body: @Sendable (LiveKiosk) async throws -> Void
    ) async throws {
        let kiosk = LiveKiosk(models: models, camera: camera, secured: secured, firmware: firmware)
        do {
            try await kiosk.stack.start()
            try await body(kiosk)
            await kiosk.stack.stop()
        } catch {
            await kiosk.stack.stop()
            throw error
        }
    }

    // MARK: What people do

    func openVisit() async throws -> VisitID {
        try await control.say("insert card zhang-wei")
        guard try await eventually({ try await self.client.status().visit != nil }),
            let visit = try await client.status().visit
        else { throw LabError("no visit opened") }
        return visit.id
    }

    func signIn() async throws {
        try await control.say("insert doctor card")
        try await client.signIn(pin: Secret(LabDoctor.pin))
    }

    /// A visit up to its prescription.
    func prescribedVisit() async throws -> VisitID {
        try await signIn()
        let visit = try await openVisit()
        try await client.prescribe(visit, Walkthrough.draft)
        return visit
    }

    /// A visit up to its signatures, by PIN.
    func signedVisit() async throws -> VisitID {
        let visit = try await prescribedVisit()
        try await client.sign(visit, pin: Secret(LabDoctor.pin))
        return visit
    }

    /// Goes on with a dispense that was cut off, until all boxes have fallen.
    func finishDispense(_ visit: VisitID) async throws {
        try await expectEventually {
            _ = try? await self.client.dispense(visit)
            return try await self.client.visit(visit).state == .dispensed
        }
    }

    func boxes() async throws -> Int { Int(try await control.say("count boxes")) ?? -1 }
    func bundles() async throws -> Int { Int(try await control.say("count bundles")) ?? -1 }

    /// Expects that a call ends in a problem with this code.
    func expectProblem(
        _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("no problem; expected \(code)", sourceLocation: sourceLocation)
        } catch APIClientError.problem(let problem) {
            #expect(problem.code == code, "\(problem.detail)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error); expected \(code)", sourceLocation: sourceLocation)
        }
    }
}
