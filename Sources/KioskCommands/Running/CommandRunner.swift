import KioskAPIClient
import KioskModel

/// Where an answer comes from.
public enum AnswerSource: String, Codable, Sendable, Hashable { case daemon, disk }

/// What a command asks: of kioskd over its socket, or of kioskd's program while the daemon is down.
struct Question<View: Presentable>: Sendable {
    let ask: @Sendable (KioskAPIClient) async throws(APIClientError) -> View
    /// The words behind `kioskd inspect`; nil where the command changes something, which takes kioskd itself.
    let inspect: [String]?
    /// For a command that changes something: the words by which kioskd's program does it while the daemon is down.
    var offline: [String]?
}

/// Asks, writes the answer and says how the command ends.
struct CommandRunner: Sendable {
    let settings: Settings
    let console: Console

    private var renderer: Renderer { Renderer(settings) }

    func run<View: Presentable>(_ question: Question<View>) async -> CommandExit {
        do throws(APIClientError) {
            let client = KioskAPIClient(socketPath: settings.socketPath, timeout: settings.timeout)
            let view = try await question.ask(client)
            console.out(renderer.render(view, from: .daemon))
            return view.exitStatus
        } catch {
            return await answer(error, question)
        }
    }

    /// Asks without writing the answer; a trouble is written, and its exit status is the failure.
    func ask<View: Presentable>(_ question: Question<View>) async -> Result<View, CommandExit> {
        do throws(APIClientError) {
            let client = KioskAPIClient(socketPath: settings.socketPath, timeout: settings.timeout)
            return .success(try await question.ask(client))
        } catch {
            let alone = Question(ask: question.ask, inspect: nil)
            return .failure(await answer(error, alone))
        }
    }

    /// Writes one answer of kioskd's.
    func show(_ view: some Presentable) { console.out(renderer.render(view, from: .daemon)) }

    /// Writes a trouble; gives how a command ends with it.
    func complain(_ problem: Problem) -> CommandExit {
        console.err(renderer.render(problem))
        return CommandExit(FaultCode(rawValue: problem.code))
    }

    private func answer<View: Presentable>(_ error: APIClientError, _ question: Question<View>) async -> CommandExit {
        switch error {
        case .problem(let problem):
            console.err(renderer.render(problem))
            return CommandExit(error.code)
        case .daemonDown(let detail): return await answerFromDisk(detail, question)
        case .timeout:
            console.err(renderer.render(Self.noAnswer("no answer within \(settings.timeout)")))
            return .timedOut
        case .protocol(let detail):
            console.err(renderer.render(Self.noAnswer(detail)))
            return .fault
        }
    }

    private func answerFromDisk<View: Presentable>(_ detail: String, _ question: Question<View>) async -> CommandExit {
        if let words = question.offline {
            return await run { () async throws(Fault) in try await OfflineTool(settings).run(View.self, words) }
        }
        guard let words = question.inspect else {
            console.err(renderer.render(Problem(Fault(.apiUnavailable, detail), status: 503)))
            return .daemonDown
        }
        let inspector = Inspector(kioskd: settings.kioskdPath, config: settings.configPath)
        do throws(InspectionError) {
            let view = try await inspector.read(View.self, words)
            console.err(renderer.render(Problem(Fault(.apiUnavailable, detail), status: 503), isFromDisk: true))
            console.out(renderer.render(view, from: .disk))
        } catch {
            let fault = Fault(.apiUnavailable, "\(detail); from disk: \(error.detail)")
            console.err(renderer.render(Problem(fault, status: 503)))
        }
        return .daemonDown
    }

    private static func noAnswer(_ detail: String) -> Problem { Problem(Fault(.internalError, detail), status: 500) }
}
