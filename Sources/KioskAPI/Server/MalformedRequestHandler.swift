import HTTPTypes
import KioskModel
import NIOCore
import NIOHTTPTypes

/// Gives the answer to a request that is no HTTP a body: the HTTP layer below sends it with none.
final class MalformedRequestHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else { return context.write(data, promise: promise) }
        let problem = Problem(Fault(.apiMalformed, "this is not an HTTP/1.1 request"), status: 400)
        let body = (try? JSONText.encode(problem)) ?? []
        var answer = head
        answer.headerFields[.contentType] = "application/problem+json"
        answer.headerFields[.contentLength] = String(body.count)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: promise)
    }
}
