import Foundation
import KioskAPIClient
import KioskModel

/// Takes one patient through a whole visit: what a patient and a doctor do, through the same doors they use.
public struct Walkthrough: Sendable {
    /// The photographs for the simulated camera, by what they are used for.
    public struct Faces: Sendable {
        public let enrol: [String]
        public let scan: [String]

        /// Two pictures of a person to enrol, a third of the same person to scan.
        public init(folder: String) {
            enrol = ["person-a-1.jpg", "person-a-2.jpg"].map { "\(folder)/\($0)" }
            scan = ["person-a-3.jpg"].map { "\(folder)/\($0)" }
        }
    }

    private let stack: KioskStack
    private let faces: Faces?
    private let say: @Sendable (String) -> Void

    /// `say` gets one line for each thing that happens.
    public init(stack: KioskStack, faces: Faces?, say: @escaping @Sendable (String) -> Void) {
        self.stack = stack
        self.faces = faces
        self.say = say
    }

    /// What the demonstration's doctor prescribes: two medicines, one box each.
    public static let draft = PrescriptionDraft(
        diagnosis: CodedText(
            system: "http://hl7.org/fhir/sid/icd-10", code: "J03.900", display: "急性扁桃体炎"),
        lines: [
            PrescriptionLine(
                medicine: "M002", name: "阿莫西林胶囊", strength: "0.25 g × 24 粒", boxes: 1, dose: "0.5 g", route: "口服",
                frequency: "每日三次", days: 5),
            PrescriptionLine(
                medicine: "M001", name: "布洛芬缓释胶囊", strength: "0.3 g × 20 粒", boxes: 1, dose: "0.3 g", route: "口服",
                frequency: "每日两次", days: 3),
        ])

    public func run() async throws -> WalkthroughReport {
        let client = stack.client
        let timer = StepTimer(client: client, say: say)
        try await timer.listen()

        try await stack.control.say("insert doctor card")
        let signedIn = try await client.signIn(pin: Secret(LabDoctor.pin))
        say("doctor \(signedIn.name) signed in with card and PIN")
        let enrolled = await enrol(signedIn, client)

        await timer.start()
        try await stack.control.say("insert card zhang-wei")
        try await timer.wait(for: "card")
        let visit = try await timer.wait(for: "visit")
        let prescribed = try await client.prescribe(visit, Self.draft)
        try await timer.wait(for: "prescription")
        let method = try await sign(prescribed, client, enrolled: enrolled)
        try await timer.wait(for: "face")
        try await timer.wait(for: "signature")
        _ = try await client.dispense(visit)
        try await timer.wait(for: "dispense")
        _ = try await client.print(visit)
        try await timer.wait(for: "print")
        try await timer.wait(for: "sync")
        await timer.stop()
        try await stack.control.say("remove card")

        return WalkthroughReport(
            verdict: "ok", face: method == "face" ? "verified" : "not run", steps: await timer.steps,
            slipPNG: try newest("png", in: stack.folder.slips),
            bundle: try newest("json", in: stack.folder.bundles, holding: visit),
            outbox: try await client.status().queue.pending)
    }

    private func enrol(_ signedIn: SessionView, _ client: KioskAPIClient) async -> Bool {
        guard let faces else {
            say("no photographs (KIOSK_FACES): the doctor signs by PIN")
            return false
        }
        do {
            // Whole photographs would fill a camera's picture with a face too small to be compared.
            try await stack.control.say("come closer")
            try await stack.control.say("show " + faces.enrol.joined(separator: " "))
            try await untilCameraIsReady(client)
            _ = try await client.enrolFace(signedIn.doctor, pin: Secret(LabDoctor.pin), by: "kiosk-lab")
            try await stack.control.say("show " + faces.scan.joined(separator: " "))
            say("doctor's face enrolled from \(faces.enrol.count) pictures")
            return true
        } catch {
            say("face not enrolled: \(error). The doctor signs by PIN")
            return false
        }
    }

    /// The models are loaded in the background; on an emulated machine that takes longer than a scan may.
    private func untilCameraIsReady(_ client: KioskAPIClient) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await client.devices().devices.first(where: { $0.role == "camera" })?.state != .ready {
            guard ContinuousClock.now < deadline else { throw LabError("the camera or its models are not ready") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// By face; by PIN where the kiosk says that the face can't be used.
    private func sign(_ visit: VisitView, _ client: KioskAPIClient, enrolled: Bool) async throws -> String? {
        do {
            return try await client.sign(visit.id, prescription: visit.prescription).signedBy
        } catch {
            guard !enrolled, let code = error.code, code.rawValue.hasPrefix("K-FAC-") else { throw error }
            say("         the doctor enters the PIN instead")
            return try await client.sign(
                visit.id, prescription: visit.prescription, pin: Secret(LabDoctor.pin)
            ).signedBy
        }
    }

    /// The newest file, or the newest that holds a text.
    private func newest(_ suffix: String, in folder: String, holding text: String? = nil) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix("." + suffix) }
        let paths = names.sorted { ($0.count, $0) > ($1.count, $1) }.map { folder + "/" + $0 }
        let found = paths.first { path in
            guard let text else { return true }
            return (try? String(contentsOfFile: path, encoding: .utf8))?.contains(text) == true
        }
        guard let found else { throw LabError("no .\(suffix) in \(folder)") }
        return found
    }
}
