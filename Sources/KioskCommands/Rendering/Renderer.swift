import Foundation
import KioskModel

/// Writes every answer and every error of `kioskctl`; the only place that knows of formats.
struct Renderer: Sendable {
    private struct Answer<View: Encodable>: Encodable {
        private enum Key: CodingKey { case schema, source }

        let view: View
        let source: AnswerSource

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(1, forKey: .schema)
            try container.encode(source, forKey: .source)
            try view.encode(to: encoder)
        }
    }

    private struct ErrorAnswer: Encodable {
        var schema = 1
        let error: Problem
    }

    private let format: OutputFormat
    private let words: Words
    private let text: TextRenderer

    init(_ settings: Settings) {
        format = settings.format
        words = Words(settings.language, utcOffset: settings.utcOffset)
        text = TextRenderer(usesColour: settings.usesColour)
    }

    /// A view for stdout.
    func render(_ view: some Presentable, from source: AnswerSource) -> String {
        write(Answer(view: view, source: source)) { view.display(words) }
    }

    /// A trouble for stderr; `isFromDisk` where an answer follows in spite of it.
    func render(_ problem: Problem, isFromDisk: Bool = false) -> String {
        write(ErrorAnswer(error: problem)) { problem.display(words, isFromDisk: isFromDisk) }
    }

    private func write(_ value: some Encodable, or display: () -> Display) -> String {
        switch format {
        case .text: return text.lines(display())
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(value) else { return "" }
            return String(decoding: data, as: UTF8.self) + "\n"
        }
    }
}
