import KioskModel

/// A view that people and scripts can read.
protocol Presentable: Codable, Sendable {
    /// What it says to people.
    func display(_ words: Words) -> Display
    /// How a command ends that shows it.
    var exitStatus: CommandExit { get }
}

/// What is shown, apart from how: the renderer turns it into lines.
struct Display: Sendable, Hashable {
    /// Good, mind this, out of order; colour is never the only cue.
    enum Mark: String, Sendable, Hashable {
        case ok = "√"
        case warning = "‼"
        case fault = "×"
        case none = " "

        init(_ status: CommandExit) {
            switch status {
            case .ok: self = .ok
            case .warning: self = .warning
            default: self = .fault
            }
        }
    }

    /// A coded trouble: its code and words, then the next step.
    struct Note: Sendable, Hashable {
        let text: String
        let nextStep: String?
    }

    struct Row: Sendable, Hashable {
        let mark: Mark
        let cells: [String]
        let notes: [Note]

        init(_ mark: Mark, _ cells: [String], notes: [Note] = []) {
            self.mark = mark
            self.cells = cells
            self.notes = notes
        }

        /// Says what several rows in a row have in common only once, under the last of them.
        static func merging(_ rows: [Row]) -> [Row] {
            rows.indices.map { index in
                let isRepeated = index + 1 < rows.count && rows[index + 1].notes == rows[index].notes
                return isRepeated ? Row(rows[index].mark, rows[index].cells) : rows[index]
            }
        }
    }

    enum Block: Sendable, Hashable {
        /// The first line: what it is, and at the right what kind.
        case title(Mark, String, right: String)
        case heading(String)
        /// Label and value; further lines of the value stand under the first.
        case field(String, [String])
        /// A trouble on its own line.
        case trouble(Mark, Note)
        /// Titles may be empty: then no line of titles is shown. The last column takes what is left.
        case table(titles: [String], [Row])
        case line(String)
        case blank
    }

    var blocks: [Block]

    init(_ blocks: [Block]) { self.blocks = blocks }
}
