import HTTPTypes
import Hummingbird
import KioskModel

/// Turns one request of one peer into one answer; every error becomes a problem with a fault code.
struct APIResponder: Sendable {
    private let service: any KioskService
    private let gate: WriteGate
    private let access: AccessPolicy
    private let fingerprint: @Sendable ([UInt8]) -> String
    private let keepAlive: Duration

    init(
        service: any KioskService, access: AccessPolicy, fingerprint: @escaping @Sendable ([UInt8]) -> String,
        keepAlive: Duration
    ) {
        self.service = service
        self.gate = WriteGate(service: service)
        self.access = access
        self.fingerprint = fingerprint
        self.keepAlive = keepAlive
    }

    func respond(to request: Request, from peer: Peer) async -> Response {
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? "/"
        do throws(Fault) {
            let (operation, id) = try Operation.find(request.method, path)
            let roles = access.roles(of: peer)
            guard !operation.roles.isDisjoint(with: roles) else {
                throw Fault(.apiNotAllowed, "uid \(peer.user) may not \(request.method.rawValue) \(operation.path)")
            }
            guard !operation.takesWitness || roles.contains(.owner) || !roles.contains(.doctor) else {
                throw Fault(.apiNotAllowed, "uid \(peer.user) may sign as a doctor and can't be the second person")
            }
            guard operation.takes(id: id) else {
                throw Fault(.apiNotFound, "no \(operation.subject) has this id")
            }
            if operation == .recordDevice {
                let seconds = try Query.seconds(parts.count > 1 ? parts[1] : nil)
                return .lines(try await service.recordDevice(id, seconds: seconds))
            }
            let limit = try Query.limit(parts.count > 1 ? parts[1] : nil, taken: operation.takesLimit)
            if operation.isWrite { return try await write(operation, id, request, path, peer) }
            return try await read(operation, id, request, limit)
        } catch {
            return .problem(error, allow: error.code == .apiMethodNotAllowed ? Operation.methods(at: path) : [])
        }
    }

    private func read(
        _ operation: Operation, _ id: String, _ request: Request, _ limit: Int
    ) async throws(Fault) -> Response {
        switch operation {
        case .health: return try .view(HealthView(state: try await service.status().state))
        case .status: return try .view(try await service.status())
        case .devices: return try .view(DeviceList(await service.devices()))
        case .device: return try .view(try await service.device(id))
        case .printer: return try .view(await service.printer())
        case .visits: return try .view(VisitList(try await service.visits(limit: limit)))
        case .visit: return try .view(try await service.visit(id))
        case .message: return try .view(try await service.message(id))
        case .checkQueue: return try .view(try await service.checkQueue())
        case .syncStatus: return try .view(try await service.syncStatus())
        case .diagnoseSync: return try .view(try await service.diagnoseSync())
        case .queue: return try .view(QueueList(try await service.queue(limit: limit)))
        case .events:
            let sequence = try request.headers.lastEventID()
            return EventStreamResponse(service: service, keepAlive: keepAlive).response(to: request, after: sequence)
        case .openAPI:
            return Response(
                status: .ok, headers: [.contentType: "application/yaml"],
                body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
        case .faces: return try .view(try await service.faces())
        case .faceQuality: return try .view(try await service.faceQuality())
        case .temperature: return try .view(try await service.temperature())
        case .stock: return try .view(try await service.stock())
        case .firmware: return try .view(try await service.cabinetFirmware())
        case .signIn, .signOut, .enrolFace, .deleteFace, .prescribe, .sign, .dispense, .print, .abort, .resolve,
            .resolvePrint, .recordDevice, .resetDevice, .powerCycle, .testPage, .purgePrinter, .retry, .retryAll,
            .hold, .release, .sendNow, .readdress, .refill, .recall, .lockSlot, .homeSlot, .openDoor, .updateFirmware:
            throw Fault(.apiMethodNotAllowed)
        }
    }

    private func write(
        _ operation: Operation, _ id: String, _ request: Request, _ path: Substring, _ peer: Peer
    ) async throws(Fault) -> Response {
        let key = try request.headers.idempotencyKey()
        let body = try await BodyReader.read(
            request, limit: operation == .updateFirmware ? BodyReader.fileLimit : BodyReader.limit)
        let command = try Command(operation, body: body)
        let line = Array("\(operation.method.rawValue) \(path)\n".utf8)
        let token = IdempotencyToken(key: key, fingerprint: fingerprint(line + command.fingerprinted(body)))
        let reply = try await gate.perform(token) { [service] () async throws(Fault) -> StoredReply in
            switch command {
            case .signIn(let pin): try await service.signIn(pin: pin, token: token)
            case .resetDevice(let power): try await service.resetDevice(id, power: power, token: token)
            case .testPage(let language): try await service.printTestPage(language, token: token)
            case .purgePrinter: try await service.purgePrinter(token: token)
            case .signOut: try await service.signOut(token: token)
            case .enrolFace(let pin, let person):
                try await service.enrolFace(id, pin: pin, by: .init(name: person, user: peer.user), token: token)
            case .deleteFace(let person):
                try await service.deleteFace(id, by: .init(name: person, user: peer.user), token: token)
            case .prescribe(let draft): try await service.prescribe(id, draft, token: token)
            case .sign(let pin, let shown):
                try await service.sign(id, prescription: shown, pin: pin, token: token)
            case .dispense: try await service.dispense(id, token: token)
            case .print: try await service.print(id, token: token)
            case .abort: try await service.abort(id, token: token)
            case .resolve(let transaction, let dropped, let person):
                try await service.resolve(id, transaction: transaction, dropped: dropped, by: person, token: token)
            case .resolvePrint(let printed, let person):
                try await service.resolvePrint(id, printed: printed, by: person, token: token)
            case .retry: try await service.retry(message: id, token: token)
            case .retryAll: try await service.retryAll(token: token)
            case .hold: try await service.hold(message: id, token: token)
            case .release: try await service.release(message: id, token: token)
            case .sendNow: try await service.sendNow(token: token)
            case .readdress(let url, let person):
                try await service.readdress(url, by: person, token: token)
            case .refill(let order): try await service.refill(order, token: token)
            case .recall(let order): try await service.recall(order, token: token)
            case .lockSlot(let order): try await service.lockSlot(order, token: token)
            case .homeSlot(let order): try await service.homeSlot(order, token: token)
            case .openDoor(let order): try await service.openDoor(order, token: token)
            case .updateFirmware(let order): try await service.updateFirmware(order, token: token)
            }
        }
        return try .stored(reply)
    }
}
