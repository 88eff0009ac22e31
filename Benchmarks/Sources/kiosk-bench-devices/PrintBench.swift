import BenchSupport
import CDevicePeer
import Foundation
import KioskModel
import ReceiptPrinter
import SimulatedDevices

/// A prescription slip laid out and turned into a printer's bytes, beside two plain C programs with the same characters.
struct PrintBench {
    private static let fonts = ["/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"]
    private static let rounds = 101
    let folder: BenchFolder

    func run(_ report: Report) async throws {
        let composer = DocumentComposer(profile: .generic80)
        let document = PrintDocument(.prescription(Self.slip))
        let bytes = try composer.bytes(of: document)
        let text = try await printed(bytes)
        var room = [UInt8](repeating: 0, count: text.utf8.count * 4)
        let own = { _ = try composer.bytes(of: document) }
        let plain = try byTurns(
            rounds: Self.rounds, own: own,
            peer: {
                guard text_peer_encode(text, &room, room.count) > 0 else { throw BenchError("iconv failed") }
            })
        try report.line(
            "slip-render", plain.own * 1000, "ms",
            against: "plain C that only turns the printed text into GB18030 (iconv)", plain.peer * 1000)
        guard let font = Self.fonts.first(where: { FileManager.default.isReadableFile(atPath: $0) }),
            let glyphs = glyph_peer_open(font)
        else { return note("slip-render beside FreeType not run: no font \(Self.fonts)") }
        defer { glyph_peer_close(glyphs) }
        let drawn = try byTurns(
            rounds: Self.rounds, own: own,
            peer: { guard glyph_peer_draw(glyphs, text) > 100 else { throw BenchError("FreeType failed") } })
        try report.line(
            "slip-render", drawn.own * 1000, "ms",
            against: "plain C that draws the same characters by FreeType, as a slip printed as a picture needs",
            drawn.peer * 1000)
    }

    /// What a printer puts on paper.
    private func printed(_ bytes: [UInt8]) async throws -> String {
        let printer = try SimulatedPrinter(outputDirectory: folder.path)
        guard case .done = await printer.receive(bytes, endpoint: 0x02), let page = await printer.pages.first else {
            throw BenchError("the simulated printer printed nothing: \(await printer.errors)")
        }
        return page.text
    }

    private static let slip = PrescriptionSlip(
        documentNumber: "D-0007", kioskName: "滨海一分钟诊所 3 号", patientName: "测试患者", sex: "女", age: "36 岁",
        diagnosis: "急性上呼吸道感染",
        lines: [
            PrescriptionLine(
                medicine: "M001", name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 1, dose: "0.5 g", route: "口服",
                frequency: "每日三次", days: 5),
            PrescriptionLine(
                medicine: "M002", name: "布洛芬缓释胶囊", strength: "0.3 g × 20", boxes: 2, dose: "0.3 g", route: "口服",
                frequency: "每日二次，饭后", days: 3),
        ], doctorName: "李医生", prescriptionNumber: "K1-20261122-0007", issued: "2026-11-22 10:15",
        qr: "rx:K1-20261122-0007;sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        simulated: true, reprint: 0)
}
