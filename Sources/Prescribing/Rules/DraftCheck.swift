import KioskModel

extension PrescriptionDraft {
    /// Whether the draft makes sense at all, before any rule is asked.
    ///
    /// Throws `rxInvalid` with the field, or `rxMedicineUnknown` with the code.
    public func checkForm(against formulary: Formulary) throws(Fault) {
        guard !lines.isEmpty else { throw Fault(.rxInvalid, "lines: at least one medicine") }
        guard lines.count <= 50 else { throw Fault(.rxInvalid, "lines: \(lines.count), at most 50") }
        try checkText(diagnosis.code, "diagnosis.code", limit: 32)
        try checkText(diagnosis.display, "diagnosis.display", limit: 100)
        try checkText(diagnosis.system, "diagnosis.system", limit: 100)
        for (index, line) in lines.enumerated() {
            let place = "lines[\(index)]"
            guard formulary.medicine(line.medicine) != nil else {
                throw Fault(.rxMedicineUnknown, "\(place).medicine")
            }
            guard (1...10).contains(line.boxes) else {
                throw Fault(.rxInvalid, "\(place).boxes: \(line.boxes), allowed 1 to 10")
            }
            for (name, text) in [
                ("name", line.name), ("strength", line.strength), ("dose", line.dose), ("route", line.route),
                ("frequency", line.frequency),
            ] {
                try checkText(text, "\(place).\(name)", limit: 60)
            }
        }
        let codes = lines.map(\.medicine)
        guard Set(codes).count == codes.count else { throw Fault(.rxInvalid, "lines: a medicine stands twice") }
    }

    private func checkText(_ text: String, _ place: String, limit: Int) throws(Fault) {
        guard text.count <= limit else { throw Fault(.rxInvalid, "\(place): longer than \(limit) characters") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Fault(.rxInvalid, "\(place): control characters are not allowed")
        }
    }
}
