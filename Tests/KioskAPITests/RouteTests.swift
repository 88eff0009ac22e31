import Foundation
import KioskAPIClient
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskAPI

@Suite(.serialized) struct RouteTests {
    private let id = ScriptedService.visitID

    @Test(.timeLimit(.minutes(1))) func `every view comes through the socket as the agent gave it`() async throws {
        let api = try await RunningAPI()
        #expect(try await api.client.health() == HealthView(state: "ready"))
        #expect(try await api.client.status() == (try await api.service.status()))
        #expect(try await api.client.devices().devices == (await api.service.devices()))
        #expect(try await api.client.device("printer").usb == ScriptedService.report)
        #expect(try await api.client.recordDevice("printer", seconds: 2) == "{\"seconds\":2}\n")
        #expect(try await api.client.printer() == ScriptedService.printerView)
        #expect(try await api.client.visits(limit: 2).visits.count == 2)
        #expect(try await api.client.visit(id) == ScriptedService.visit())
        #expect(try await api.client.queue(limit: 7).items.first?.attempts == 7)
        #expect(try await api.client.faces().faces == [ScriptedService.enrolment("D001", "w", 1)])
        #expect(try await api.client.faceQuality().pictures == 3)
        #expect(try await api.client.message(id) == ScriptedService.message)
        #expect(try await api.client.checkQueue().damaged == ["x"])
        #expect(try await api.client.syncStatus() == ScriptedService.sync)
        #expect(try await api.client.diagnoseSync().fault?.code == "K-SYN-006")
    }

    @Test(.timeLimit(.minutes(1))) func `every write reaches the agent with what it carries`() async throws {
        let api = try await RunningAPI()
        let line = PrescriptionLine(
            medicine: "M1", name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 2, dose: "0.5 g", route: "口服",
            frequency: "每日三次", days: 4)
        let draft = PrescriptionDraft(
            diagnosis: CodedText(system: "icd-10", code: "J02.9", display: "急性咽炎"), lines: [line])
        #expect(try await api.client.signIn(pin: Secret("123456")) == ScriptedService.session)
        #expect(try await api.client.enrolFace("D001", pin: Secret("123456"), by: "李师傅").by.name == "李师傅")
        #expect(try await api.client.deleteFace("D001", by: "staff").link == 7)
        try await api.client.prescribe(id, draft)
        try await api.client.sign(id)
        try await api.client.sign(id, pin: Secret("123456"))
        try await api.client.sign(id, prescription: id, pin: Secret("123456"))
        #expect(try await api.client.dispense(id).state == .dispensed)
        try await api.client.print(id)
        try await api.client.resolve(id, transaction: .max, dropped: true, by: "李师傅")
        try await api.client.resolvePrint(id, printed: false, by: "staff")
        try await api.client.abort(id)
        try await api.client.signOut()
        #expect(try await api.client.resetDevice("printer").done == ["opened-anew"])
        try await api.client.resetDevice("printer", power: true)
        #expect(try await api.client.printTestPage(.en).documentNumber == "T1")
        try await api.client.purgePrinter()
        try await api.client.hold(message: id)
        try await api.client.release(message: id)
        try await api.client.retry(message: id)
        try await api.client.retryAll()
        try await api.client.sendNow()
        try await api.client.readdress("https://other.example/fhir", by: "李师傅")
        #expect(await api.service.draft == draft)
        #expect(
            await api.service.effects == [
                "signIn", "enrolFace D001 李师傅 \(getuid())", "deleteFace D001 staff", "prescribe", "sign by face",
                "sign by PIN", "sign by PIN \(id)", "dispense", "print",
                "resolve 4294967295 true 李师傅", "resolve-print false staff", "abort", "signOut",
                "reset printer", "power-cycle printer", "test page en", "purge",
                "hold", "release", "retry", "retry all", "now", "readdress https://other.example/fhir 李师傅",
            ])
    }

    @Test(.timeLimit(.minutes(1))) func `an unknown address, id, method or query is told apart`() async throws {
        let api = try await RunningAPI()
        let cases: [(line: String, status: Int, code: String, detail: String)] = [
            ("GET /", 404, "K-API-002", "no such address"),
            ("GET /v1/visits/", 404, "K-API-002", "no such address"),
            ("GET /v1/visits/../status", 404, "K-API-002", "no such address"),
            ("GET /v1/visits/%2e%2e", 404, "K-API-002", "no visit has this id"),
            ("GET /v1/visits/01936B6E-3F00-7ABC-8DEF-0123456789AB", 404, "K-API-002", "no visit has this id"),
            ("GET /v1/visits/01936b6e-3f00-7abc-8def-0123456789ac", 404, "K-API-002", "not here"),
            ("GET /v1/devices/", 404, "K-API-002", "no such address"),
            ("GET /v1/devices/toaster", 404, "K-API-002", "no such role"),
            ("GET /v1/devices/printer/recording?seconds=601", 400, "K-API-001", "1 to 600"),
            ("GET /v1/devices/printer/recording?limit=1", 400, "K-API-001", "1 to 600"),
            ("GET /v1/devices/printer/reset", 405, "K-API-008", "allowed: POST"),
            ("DELETE /v1/faces/%2e%2e", 404, "K-API-002", "no doctor has this id"),
            ("GET /v1/faces/D-1", 405, "K-API-008", "allowed: POST, DELETE"),
            ("PUT /v1/session", 405, "K-API-008", "allowed: POST, DELETE"),
            ("OPTIONS /v1/status", 405, "K-API-008", "allowed: GET"),
            ("GET /v1/visits/\(id)/sign", 405, "K-API-008", "allowed: POST"),
            ("GET /v1/status?x=1", 400, "K-API-001", "takes no query"),
            ("GET /v1/visits?limit=0", 400, "K-API-001", "limit: 1 to 1000"),
            ("GET /v1/visits?limit=99999999999999999999", 400, "K-API-001", "limit: 1 to 1000"),
            ("GET /v1/queue?offset=1", 400, "K-API-001", "only hold limit"),
        ]
        for example in cases {
            let request = "\(example.line) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let (head, problem) = RunningAPI.split(try await api.raw(request))
            #expect(problem?.status == example.status, "\(example.line): \(head)")
            #expect(problem?.code == example.code, "\(example.line)")
            #expect(problem?.detail.contains(example.detail) == true, "\(example.line): \(problem?.detail ?? "")")
            #expect(head.lowercased().contains("content-type: application/problem+json"))
            if example.status == 405 {
                #expect(head.contains("Allow: \(example.detail.dropFirst("allowed: ".count))"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an agent's fault becomes a problem with code, status and next step`()
        async throws
    {
        let api = try await RunningAPI()
        await api.service.fail(with: Fault(.printerPaperOut, "ESC v 0x0C", device: "printer"))
        let error = await #expect(throws: APIClientError.self) { try await api.client.print(id) }
        guard case .problem(let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem == Problem(Fault(.printerPaperOut, "ESC v 0x0C", device: "printer"), status: 503))
        #expect(problem.type == "urn:kiosk:fault:K-PRN-001")
        #expect(problem.retryable)
        await api.service.fail(with: Fault(.storeDamaged))
        let health = await #expect(throws: APIClientError.self) { try await api.client.health() }
        #expect(health?.code == .storeDamaged)
    }

    @Test(.timeLimit(.minutes(1))) func `every fault code has an error status of HTTP`() {
        for code in FaultCode.allCases { #expect((400...599).contains(code.httpStatus), "\(code)") }
    }

    @Test(.timeLimit(.minutes(1))) func `the served description is docs slash openapi and names every operation`()
        async throws
    {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/openapi.yaml"), encoding: .utf8)
        let api = try await RunningAPI()
        #expect(try await api.client.openAPI() == document)
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var described: Set<String> = []
        var path = ""
        for line in lines.prefix(while: { $0 != "components:" }) {
            if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
            if ["    get:", "    post:", "    delete:"].contains(line) {
                described.insert("\(line.dropFirst(4).dropLast().uppercased()) \(path)")
            }
        }
        #expect(described == Set(Operation.allCases.map { "\($0.method.rawValue) \($0.path)" }))
    }
}
