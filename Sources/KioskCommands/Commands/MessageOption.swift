import ArgumentParser
import KioskAPIClient
import KioskModel

/// Names one message of the queue.
struct MessageOption: ParsableArguments {
    @Argument(help: "The record's number, as queue list shows it, or its id.")
    var id: String

    /// A command that changes the message.
    func change(
        _ act: @escaping @Sendable (KioskAPIClient, String) async throws(APIClientError) -> QueueMessageView
    ) -> Question<QueueMessageView> {
        let id = id
        return Question(
            ask: { client throws(APIClientError) in try await act(client, try await Self.resolve(id, client)) },
            inspect: nil)
    }

    /// The id of the message with a number; an id stays as it is.
    static func resolve(_ id: String, _ client: KioskAPIClient) async throws(APIClientError) -> String {
        guard let number = Int64(id) else { return id }
        if let item = try await client.queue(limit: 1000).items.first(where: { $0.sequence == number }) {
            return item.id
        }
        let fault = Fault(.apiNotFound, "no record \(number) among the first thousand of the queue; name it by its id")
        throw .problem(Problem(fault, status: 404))
    }
}
