import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// The profiles that a configuration may name.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PrinterProfileTests {
    @Test func `each has its own name, a line that fits its dots and a paper that its dots fit`() {
        #expect(Set(PrinterProfile.all.map(\.name)).count == PrinterProfile.all.count)
        for profile in PrinterProfile.all {
            #expect(PrinterProfile.named(profile.name) == profile)
            #expect(profile.columns == profile.dots / 12, "\(profile.name)")
            #expect(profile.dots < profile.paper * 8, "\(profile.name)")
        }
        #expect(PrinterProfile.named("epson-81") == nil)
    }

    @Test(arguments: PrinterProfile.all.map(\.name))
    func `each prints slips, also with drawn lines, of the length that the driver counts on`(name: String) async throws
    {
        let profile = try #require(PrinterProfile.named(name))
        var model = PrinterModel(name: "Simulated \(name)", dots: profile.dots)
        model.hasFence = profile.fence != .absent
        try await PrinterBench.run(model: model, profile: profile) { bench in
            for patient in ["张晓明", "𠮷晓明"] {
                let document = PrintDocument(.prescription(Slips.make(patient: patient)))
                let state = await bench.printer.print(document)
                #expect(state == (model.hasFence ? .confirmed : .unconfirmed))
                let page = try #require(await bench.device.pages.last)
                #expect(page.isCut && page.overlongLines == 0 && page.missingGlyphs == 0)
                let printed = try height(ofPNG: page.path) - 2 * PageFiles.margin
                let counted = try DocumentComposer(profile: profile, raster: LineRaster()).compose(document).dots
                #expect((printed...printed + 250).contains(counted), "\(counted) dots counted, \(printed) printed")
            }
            #expect(await bench.device.errors.isEmpty)
        }
    }

    /// From its IHDR chunk (PNG specification, section 11.2.2).
    private func height(ofPNG path: String) throws -> Int {
        let head = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(24)
        return head.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    }
}
