import ArgumentParser
import KioskAPIClient
import KioskModel

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Records that wait for the platform.",
        subcommands: [List.self, Show.self, Retry.self, Hold.self, Release.self, Verify.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What waits, what was refused and why.")

        static let question = Question<QueueList>(
            ask: { client throws(APIClientError) in try await client.queue() }, inspect: ["queue"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One record: how it stands, what is in it and why.")

        @OptionGroup var message: MessageOption
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(message.id)) }

        static func question(_ id: String) -> Question<QueueMessageView> {
            Question(
                ask: { client throws(APIClientError) in
                    try await client.message(try await MessageOption.resolve(id, client))
                }, inspect: ["message", id])
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a refused record again, or all of them: queue retry all.",
            discussion: "It goes out as it was stored. See first, with queue show, why it was refused.")

        static let all = Question<SyncStatusView>(
            ask: { client throws(APIClientError) in try await client.retryAll() }, inspect: nil)

        @OptionGroup var message: MessageOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            if message.id == "all" { return try await options.run(Self.all) }
            try await options.run(
                message.change { client, id throws(APIClientError) in try await client.retry(message: id) })
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a waiting record, and its visit's behind it, from being sent until it is released.")

        @OptionGroup var message: MessageOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await options.run(
                message.change { client, id throws(APIClientError) in try await client.hold(message: id) })
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a held record go.")

        @OptionGroup var message: MessageOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await options.run(
                message.change { client, id throws(APIClientError) in try await client.release(message: id) })
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that every record that waits or was refused can be read.")

        static let question = Question<QueueCheckView>(
            ask: { client throws(APIClientError) in try await client.checkQueue() }, inspect: ["queue-check"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }
}
