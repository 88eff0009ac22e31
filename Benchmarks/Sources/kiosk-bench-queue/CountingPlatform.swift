import BenchSupport
import Foundation
import KioskPlatform
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A platform that answers each transaction entry by entry and counts encounters, and does nothing else.
///
/// The laboratory's stand-in judges every resource and keeps all of them: it, not the sender, would be measured.
enum CountingPlatform {
    struct Counts: Codable, Sendable {
        var distinct = 0
        var again = 0
    }

    /// Prints its address, then serves until standard input ends.
    static func serve() async throws {
        let tally = Tally()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(tally))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        say("http://127.0.0.1:\(channel.localAddress?.port ?? 0)/fhir")
        while let more = try FileHandle.standardInput.read(upToCount: 1), !more.isEmpty {}
        try await channel.close()
    }

    static func counts(_ base: String) async throws -> Counts {
        guard let port = URL(string: base)?.port.flatMap({ UInt16(exactly: $0) }) else {
            throw BenchError("\(base) is no address")
        }
        let answer = try await onOwnThread("counts") {
            let stream = try SocketStream.connect(host: "127.0.0.1", port: port)
            try stream.write(Array("GET /counts HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n".utf8))
            var bytes: [UInt8] = []
            while true {
                let more = try stream.read(upTo: 4096, deadline: .now + .seconds(10))
                bytes += more
                // The answer is one flat object; the server keeps the connection.
                if more.isEmpty || bytes.last == UInt8(ascii: "}") { return bytes }
            }
        }
        guard let body = answer.firstIndex(of: UInt8(ascii: "{")) else { throw BenchError("no counts") }
        return try JSONDecoder().decode(Counts.self, from: Data(answer[body...]))
    }

    /// What came so far.
    private final class Tally: Sendable {
        private let seen = Mutex<(encounters: Set<String>, counts: Counts)>(([], Counts()))

        var counts: Counts { seen.withLock { $0.counts } }

        func take(_ entries: [Entry]) {
            for entry in entries {
                guard let url = entry.request?.url, url.hasPrefix("Encounter/") else { continue }
                seen.withLock {
                    if $0.encounters.insert(url).inserted { $0.counts.distinct += 1 } else { $0.counts.again += 1 }
                }
            }
        }
    }

    struct Entry: Decodable {
        struct Request: Decodable { let url: String }
        let request: Request?
        let resource: Outline?
    }

    /// Of a resource only what a bundle has; `type` of others is no text.
    struct Outline: Decodable {
        let type: String?
        let entry: [Entry]?

        private enum Key: CodingKey { case type, entry }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            type = try? container.decodeIfPresent(String.self, forKey: .type)
            entry = try? container.decodeIfPresent([Entry].self, forKey: .entry)
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let tally: Tally
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ tally: Tally) { self.tally = tally }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let (status, text) = answer(head)
                var response = HTTPResponseHead(version: head.version, status: status)
                response.headers.add(name: "content-length", value: String(text.utf8.count))
                response.headers.add(name: "content-type", value: "application/fhir+json")
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        private func answer(_ head: HTTPRequestHead) -> (HTTPResponseStatus, String) {
            if head.method == .GET {
                let bytes = (try? JSONEncoder().encode(tally.counts)) ?? Data()
                return (.ok, String(decoding: bytes, as: UTF8.self))
            }
            var bytes = Array(body.readableBytesView)
            if head.headers["content-encoding"].first == "gzip" {
                guard let whole = try? Gzip.decompress(bytes, limit: 64 << 20) else { return (.badRequest, "{}") }
                bytes = whole
            }
            guard let outline = try? JSONDecoder().decode(Outline.self, from: Data(bytes)) else {
                return (.badRequest, "{}")
            }
            return (.ok, response(to: outline))
        }

        private func response(to bundle: Outline) -> String {
            let entries = bundle.entry ?? []
            let isBatch = bundle.type == "batch"
            if !isBatch { tally.take(entries) }
            let answers = entries.map { entry in
                guard !isBatch else {
                    let inner = entry.resource.map(response(to:)) ?? "{}"
                    return #"{"resource":\#(inner),"response":{"status":"200 OK"}}"#
                }
                let location = (entry.request?.url ?? "") + "/_history/1"
                return #"{"response":{"status":"201 Created","location":"\#(location)"}}"#
            }
            let type = isBatch ? "batch-response" : "transaction-response"
            return #"{"resourceType":"Bundle","type":"\#(type)","entry":["# + answers.joined(separator: ",") + "]}"
        }
    }
}
