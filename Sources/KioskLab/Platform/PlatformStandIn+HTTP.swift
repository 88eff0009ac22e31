import FHIRModel
import Foundation
import HTTPTypes
import Hummingbird
import KioskPlatform
import NIOCore

extension PlatformStandIn {
    /// The most bytes that one request may have, unfolded.
    private static let bodyLimit = 64 << 20
    private static let contentType = "application/fhir+json"

    nonisolated func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("fhir") { [self] request, _ in try await post(request) }
        router.get("fhir/metadata") { [self] _, _ in await metadata() }
        router.get("fhir/:type/:id") { [self] request, context in
            try await resource(request, context.parameters.require("type"), context.parameters.require("id"))
        }
        return router
    }

    private func post(_ request: Request) async throws -> Response {
        let behaviour = nextBehaviour()
        let buffer = try await request.body.collect(upTo: Self.bodyLimit)
        var body = Array(buffer.readableBytesView)
        if request.headers[.contentEncoding] == "gzip" {
            guard traits.takesGzip else { return Response(status: .unsupportedMediaType) }
            compressed += 1
            guard let whole = try? Gzip.decompress(body, limit: Self.bodyLimit) else {
                return outcome(400, [.init(severity: "fatal", code: "structure", diagnostics: "no gzip")])
            }
            body = whole
        }
        let bundle = try? BundleText(body)
        let members = bundle?.type == "batch" ? bundle?.resources : nil
        let (transactions, refuses) = (members ?? [body], traits.refusesSimulated)
        async let judging = Self.judge(transactions, refuseSimulated: refuses)
        try await keep(transactions)
        if let scripted = try await scripted(behaviour, body) { return scripted }
        let judged = await judging
        var response = try members == nil ? answer(judged[0], behaviour) : answer(batch: judged, behaviour)
        if let name = HTTPField.Name("kiosk-audit-checkpoint"), let answered = HTTPField.Name("kiosk-audit-witness"),
            response.status == .ok, let header = request.headers[name]
        {
            response.headers[answered] = witness(header)
        }
        return response
    }

    private typealias Judged = Result<JudgedTransaction, PlatformRecords.Refusal>

    /// On as many cores as there are; in the order of the bodies.
    private static func judge(_ bodies: [[UInt8]], refuseSimulated: Bool) async -> [Judged] {
        await withTaskGroup(of: (Int, Judged).self) { group in
            for (index, body) in bodies.enumerated() {
                group.addTask { (index, JudgedTransaction.judge(body, refuseSimulated: refuseSimulated)) }
            }
            var judged: [Int: Judged] = [:]
            for await (index, verdict) in group { judged[index] = verdict }
            return bodies.indices.compactMap { judged[$0] }
        }
    }

    /// What is answered whatever the request holds.
    private func scripted(_ behaviour: PlatformBehaviour, _ body: [UInt8]) async throws -> Response? {
        let text = String(decoding: body, as: UTF8.self)
        if let word = traits.breaksOn, text.contains(word) { return response(.ok, body, cut: true) }
        if let word = traits.poison, text.contains(word) {
            return outcome(500, [.init(severity: "fatal", code: "exception")])
        }
        switch behaviour {
        case .refuse(let status):
            return outcome(status, [.init(severity: "error", code: "processing", diagnostics: "refused by script")])
        case .busy(let seconds):
            var response = outcome(429, [.init(severity: "error", code: "throttled")])
            response.headers[.retryAfter] = String(seconds)
            return response
        case .babble: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "<html>hello</html>")))
        case .proxy(let status):
            let page = ByteBuffer(string: "<html><h1>\(status)</h1></html>")
            return Response(
                status: .init(code: status), headers: [.contentType: "text/html"], body: .init(byteBuffer: page))
        case .slow(let duration): try await Task.sleep(for: duration)
        case .failEntry, .wrongIDs, .cut, .accept: break
        }
        return nil
    }

    private func answer(_ judged: Judged, _ behaviour: PlatformBehaviour) throws -> Response {
        switch take(judged, behaviour) {
        case .failure(.refused(let status, let issues)): return outcome(status, issues)
        case .success(let entries):
            let bytes = try FHIR.encode(.bundle(.init(type: .transactionResponse, entry: entries)))
            return response(.ok, bytes, cut: behaviour == .cut)
        }
    }

    /// Each transaction is taken or refused for itself.
    private func answer(batch members: [Judged], _ behaviour: PlatformBehaviour) throws -> Response {
        guard traits.takesBatches else {
            return outcome(400, [.init(severity: "error", code: "not-supported", diagnostics: "no batches here")])
        }
        let entries = members.enumerated().map { index, judged in
            var own = behaviour
            if case .failEntry = behaviour, index > 0 { own = .accept }
            switch take(judged, own) {
            case .failure(.refused(let status, let issues)):
                return FHIR.Bundle.Entry(
                    response: .init(status: String(status), outcome: .operationOutcome(.init(issue: issues))))
            case .success(let entries):
                return FHIR.Bundle.Entry(
                    resource: .bundle(.init(type: .transactionResponse, entry: entries)),
                    response: .init(status: "200 OK"))
            }
        }
        let bytes = try FHIR.encode(.bundle(.init(type: .batchResponse, entry: entries)))
        return response(.ok, bytes, cut: behaviour == .cut)
    }

    /// Takes one transaction, or nothing of it.
    private func take(
        _ judged: Judged, _ behaviour: PlatformBehaviour
    ) -> Result<[FHIR.Bundle.Entry], PlatformRecords.Refusal> {
        var entries: [FHIR.Bundle.Entry]
        do throws(PlatformRecords.Refusal) {
            if case .failEntry = behaviour {
                var trial = records
                entries = try trial.apply(try judged.get())
            } else {
                entries = try records.apply(try judged.get())
                // What a kiosk tells of itself is no consultation.
                if entries.contains(where: { $0.response?.location?.hasPrefix("Encounter/") == true }) {
                    acceptedBundles += 1
                }
            }
        } catch {
            return .failure(error)
        }
        if case .failEntry(let index, let status) = behaviour, entries.indices.contains(index) {
            entries[index].response = .init(status: String(status))
        }
        if behaviour == .wrongIDs {
            for index in entries.indices {
                entries[index].response?.location = "Basic/\(UUID().uuidString.lowercased())/_history/1"
            }
        }
        return .success(entries)
    }

    // MARK: Reading

    private func metadata() async -> Response {
        let text = """
            {"resourceType":"CapabilityStatement","status":"active","date":"2026-11-22","kind":"instance",\
            "fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","interaction":[{"code":"transaction"},\
            {"code":"batch"}]}]}
            """
        return response(.ok, Array(text.utf8))
    }

    private func resource(_ request: Request, _ type: String, _ id: String) -> Response {
        guard let content = content(type, id) else {
            return outcome(404, [.init(severity: "error", code: "not-found")])
        }
        return response(.ok, content)
    }

    private func outcome(_ status: Int, _ issues: [FHIR.OperationOutcome.Issue]) -> Response {
        let bytes = (try? FHIR.encode(.operationOutcome(.init(issue: issues)))) ?? []
        return response(.init(code: status), bytes)
    }

    private struct CutOff: Error {}

    private func response(_ status: HTTPResponse.Status, _ bytes: [UInt8], cut: Bool = false) -> Response {
        let headers: HTTPFields = [.contentType: Self.contentType]
        guard cut else {
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let half = Array(bytes.prefix(bytes.count / 2))
        let body = ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: half))
            throw CutOff()
        }
        return Response(status: status, headers: headers, body: body)
    }
}
