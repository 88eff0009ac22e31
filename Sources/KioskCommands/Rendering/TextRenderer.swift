/// Lines of at most 80 columns for a terminal.
struct TextRenderer: Sendable {
    static let width = 80
    private static let gap = 2
    private static let indent = 4

    let usesColour: Bool

    func lines(_ display: Display) -> String {
        let labelWidth = display.blocks.reduce(0) { widest, block in
            if case .field(let label, _) = block { max(widest, TextWidth.of(label)) } else { widest }
        }
        return display.blocks.map { lines($0, labelWidth: labelWidth) }.joined()
    }

    private func lines(_ block: Display.Block, labelWidth: Int) -> String {
        switch block {
        case .title(let mark, let left, let right): title(mark, clean(left), clean(right))
        case .heading(let text): bold(TextWidth.truncate(clean(text), to: Self.width)) + "\n"
        case .field(let label, let values): field(clean(label), values.map(clean), labelWidth)
        case .trouble(let mark, let note): trouble(mark, note)
        case .table(let titles, let rows): table(titles.map(clean), rows)
        case .line(let text): TextWidth.wrap(clean(text), to: Self.width).map { $0 + "\n" }.joined()
        case .blank: "\n"
        }
    }

    private func title(_ mark: Display.Mark, _ left: String, _ right: String) -> String {
        let room = Self.width - 2
        let space = room - TextWidth.of(left) - TextWidth.of(right)
        guard space >= Self.gap, !right.isEmpty else {
            let second = right.isEmpty ? "" : "  \(TextWidth.truncate(right, to: room))\n"
            return "\(colour(mark)) \(bold(TextWidth.truncate(left, to: room)))\n" + second
        }
        return "\(colour(mark)) \(bold(left))\(String(repeating: " ", count: space))\(right)\n"
    }

    private func field(_ label: String, _ values: [String], _ labelWidth: Int) -> String {
        let start = labelWidth + Self.gap
        let wrapped = values.flatMap { value in
            let lines = TextWidth.wrap(value, to: Self.width - start - 2)
            // What belongs to an arrow stands under its words.
            return lines.enumerated().map { $0.offset > 0 && value.hasPrefix("→ ") ? "  \($0.element)" : $0.element }
        }
        return wrapped.enumerated().map { index, line in
            bold(index == 0 ? TextWidth.pad(label, to: start) : String(repeating: " ", count: start)) + line + "\n"
        }.joined()
    }

    private func trouble(_ mark: Display.Mark, _ note: Display.Note) -> String {
        let texts = TextWidth.wrap(clean(note.text), to: Self.width - 2)
        let first = texts.enumerated().map { "\($0.offset == 0 ? colour(mark) : " ") \($0.element)\n" }.joined()
        return first + nextStep(note.nextStep, indent: 2)
    }

    private func note(_ note: Display.Note) -> String {
        let texts = TextWidth.wrap(clean(note.text), to: Self.width - Self.indent)
        return texts.map { String(repeating: " ", count: Self.indent) + $0 + "\n" }.joined()
            + nextStep(note.nextStep, indent: Self.indent)
    }

    private func nextStep(_ text: String?, indent: Int) -> String {
        guard let text, !text.isEmpty else { return "" }
        let blank = String(repeating: " ", count: indent)
        return TextWidth.wrap(clean(text), to: Self.width - indent - 2).enumerated().map { index, line in
            "\(blank)\(index == 0 ? "→" : " ") \(line)\n"
        }.joined()
    }

    private func table(_ titles: [String], _ rows: [Display.Row]) -> String {
        let cells = rows.map { $0.cells.map(clean) }
        let columns = ([titles.count] + cells.map(\.count)).max() ?? 0
        var widths = [Int](repeating: 0, count: columns)
        for row in [titles] + cells {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], TextWidth.of(cell)) }
        }
        fit(&widths)
        let head = titles.contains { !$0.isEmpty } ? bold("  " + row(titles, widths)) + "\n" : ""
        return head
            + zip(rows, cells).map { original, cells in
                "\(colour(original.mark)) \(row(cells, widths))\n" + original.notes.map(note).joined()
            }.joined()
    }

    /// Takes columns away from the last one, then from the widest, until the table fits.
    private func fit(_ widths: inout [Int]) {
        let room = Self.width - 2 - Self.gap * max(0, widths.count - 1)
        while widths.reduce(0, +) > room {
            let last = widths.count - 1
            let target = widths[last] > 8 ? last : (widths.indices.max { widths[$0] < widths[$1] } ?? last)
            guard widths[target] > 1 else { return }
            widths[target] -= 1
        }
    }

    private func row(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            line += TextWidth.pad(TextWidth.truncate(cell, to: widths[index]), to: widths[index] + Self.gap)
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// What devices say of themselves may hold anything: no control character reaches the terminal.
    private func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .format: "?"
                    default: scalar
                    }
                }))
    }

    private func bold(_ text: String) -> String { usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    private func colour(_ mark: Display.Mark) -> String {
        guard usesColour else { return mark.rawValue }
        let number =
            switch mark {
            case .ok: 32
            case .warning: 33
            case .fault: 31
            case .none: 0
            }
        return "\u{1B}[\(number)m\(mark.rawValue)\u{1B}[0m"
    }
}
