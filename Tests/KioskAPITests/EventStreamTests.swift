import Foundation
import KioskAPI
import KioskAPIClient
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

@Suite(.serialized) struct EventStreamTests {
    @Test(.timeLimit(.minutes(1))) func `a reader that comes back gets what it missed, then what is new`() async throws
    {
        let api = try await RunningAPI()
        for sequence in 1...5 { await api.service.emit(UInt64(sequence)) }
        var iterator = api.client.events(after: 3).makeAsyncIterator()
        #expect(try await iterator.next()?.sequence == 4)
        let fifth = try await iterator.next()
        #expect(fifth?.sequence == 5)
        #expect(fifth?.state == "出药")
        #expect(fifth?.prompt == PromptView(.takeSlip))
        await api.service.emit(6)
        #expect(try await iterator.next()?.sequence == 6)
    }

    @Test(.timeLimit(.minutes(1))) func `a new reader gets only what is new`() async throws {
        let api = try await RunningAPI()
        await api.service.emit(1)
        let stream = api.client.events()
        let reader = Task {
            for try await event in stream { return event.sequence }
            return 0
        }
        #expect(await eventually { await api.service.readerCount == 1 })
        await api.service.emit(2)
        #expect(try await reader.value == 2)
    }

    @Test(.timeLimit(.minutes(1))) func `the wire has id, kind and data, and comments while nothing happens`()
        async throws
    {
        let api = try await RunningAPI(keepAlive: .milliseconds(20))
        await api.service.emit(7, kind: "prompt")
        let text = try await onOwnThread("sse") { [path = api.socketPath] in
            let stream = try SocketStream.connect(unix: path)
            let request = "GET /v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 6\r\n\r\n"
            try stream.write(Array(request.utf8))
            var text = ""
            let deadline = ContinuousClock.now + .seconds(20)
            while !text.contains(": still here") {
                text += String(decoding: try stream.read(upTo: 4096, deadline: deadline), as: UTF8.self)
            }
            return text
        }
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.contains("Content-Type: text/event-stream\r\n"))
        #expect(text.contains("retry: 2000\n\n"))
        #expect(text.contains("id: 7\nevent: prompt\ndata: {\"at\":"))
    }

    @Test(.timeLimit(.minutes(1))) func `a reader that goes away is forgotten`() async throws {
        let api = try await RunningAPI(keepAlive: .milliseconds(20))
        let reader = Task { for try await _ in api.client.events() {} }
        #expect(await eventually { await api.service.readerCount == 1 })
        reader.cancel()
        #expect(await eventually { await api.service.readerCount == 0 })
    }

    @Test(.timeLimit(.minutes(1))) func `a Last-Event-ID that is no number is refused`() async throws {
        let api = try await RunningAPI()
        for id in ["x", "-1", "1.5", "18446744073709551616"] {
            let answer = try await api.raw(
                "GET /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nLast-Event-ID: \(id)\r\n\r\n")
            #expect(RunningAPI.split(answer).problem?.detail == "Last-Event-ID: a number is needed")
        }
    }
}
