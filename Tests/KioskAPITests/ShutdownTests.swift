import Foundation
import KioskAPI
import KioskAPIClient
import KioskModel
import KioskTestSupport
import Logging
import ServiceLifecycle
import Testing

@Suite(.serialized) struct ShutdownTests {
    private let id = ScriptedService.visitID

    @Test(.timeLimit(.minutes(1))) func `cancelling ends the API, its streams and its socket within 2 seconds`()
        async throws
    {
        let api = try await RunningAPI()
        await api.service.hold()
        let client = api.client
        let events = Task { for try await _ in client.events() {} }
        let write = Task { try await client.dispense(id, key: "key-1") }
        #expect(await eventually { await api.service.waiting == 1 })
        #expect(await eventually { await api.service.readerCount == 1 })
        let began = ContinuousClock.now
        try await api.stop()
        // The write never ends by itself; the grace is 1.5 s, the rest is a busy machine's.
        #expect(ContinuousClock.now - began < .seconds(10))
        await #expect(throws: APIClientError.self) { try await write.value }
        _ = await events.result
        #expect(!FileManager.default.fileExists(atPath: api.socketPath))
        let down = await #expect(throws: APIClientError.self) { try await client.health() }
        #expect(down?.code == .apiUnavailable)
        // The motor that was told to turn turns to its end.
        await api.service.release()
        #expect(await eventually { await api.service.effects == ["dispense"] })
    }

    @Test(.timeLimit(.minutes(1))) func `a graceful shutdown lets a short write answer and ends the event streams`()
        async throws
    {
        let (group, service, client, folder) = try await Self.makeGroup()
        let running = Task { try await group.run() }
        #expect(await eventually { (try? await client.health()) != nil })
        await service.hold()
        let events = Task { for try await _ in client.events() {} }
        let write = Task { try await client.dispense(id, key: "key-1") }
        #expect(await eventually { await service.waiting == 1 })
        #expect(await eventually { await service.readerCount == 1 })
        await group.triggerGracefulShutdown()
        try await events.value
        await service.release()
        #expect(try await write.value.state == .dispensed)
        try await running.value
        #expect(!FileManager.default.fileExists(atPath: folder.file("s")))
    }

    @Test(.timeLimit(.minutes(1))) func `a graceful shutdown does not wait for a write that takes long`() async throws {
        let (group, service, client, folder) = try await Self.makeGroup()
        let running = Task { try await group.run() }
        #expect(await eventually { (try? await client.health()) != nil })
        await service.hold()
        let write = Task { try await client.dispense(id, key: "key-1") }
        #expect(await eventually { await service.waiting == 1 })
        let began = ContinuousClock.now
        await group.triggerGracefulShutdown()
        try await running.value
        // The write never ends by itself; the grace is 1.5 s, the rest is a busy machine's.
        #expect(ContinuousClock.now - began < .seconds(10))
        await #expect(throws: APIClientError.self) { try await write.value }
        await service.release()
        #expect(await eventually { await service.effects == ["dispense"] })
        #expect(!FileManager.default.fileExists(atPath: folder.file("s")))
    }

    @Test(.timeLimit(.minutes(1))) func `a stale socket file is replaced and its mode is as asked`() async throws {
        let folder = TemporaryFolder("api")
        let path = folder.file("s")
        for _ in 0..<2 {
            let (ready, continuation) = AsyncStream<Void>.makeStream()
            let api = RunningAPI.makeAPI(ScriptedService(), path) { continuation.finish() }
            let task = Task { try await api.run() }
            for await _ in ready {}
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o666)
            task.cancel()
            try await task.value
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a socket that can't be made is an error, not a silent start`() async throws {
        let api = RunningAPI.makeAPI(ScriptedService(), "/nowhere/at/all/s") {}
        await #expect(throws: (any Error).self) { try await api.run() }
    }

    private static func makeGroup() async throws -> (ServiceGroup, ScriptedService, KioskAPIClient, TemporaryFolder) {
        let folder = TemporaryFolder("api")
        let service = ScriptedService()
        let api = RunningAPI.makeAPI(service, folder.file("s")) {}
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(services: [api], logger: logger)
        return (group, service, KioskAPIClient(socketPath: folder.file("s"), timeout: .seconds(20)), folder)
    }
}
