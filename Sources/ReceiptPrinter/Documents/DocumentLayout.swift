import KioskModel

/// Composes any document of the kiosk. Pure: the same document gives the same blocks, and nothing else is on the paper.
struct DocumentLayout: Sendable {
    let profile: PrinterProfile
    var raster: LineRaster?

    /// Throws `printerError` for a document that contradicts itself.
    func blocks(_ document: PrintDocument) throws(Fault) -> [LayoutBlock] {
        let frame = DocumentFrame(profile: profile, language: document.language)
        return switch document.content {
        case .prescription(let slip): PrescriptionSlipLayout(profile: profile, raster: raster).blocks(slip)
        case .label(let label): frame.blocks(label)
        case .referral(let letter): frame.blocks(letter)
        case .receipt(let receipt): try frame.blocks(receipt)
        case .test(let page): frame.blocks(page)
        }
    }
}

/// What documents have in common: the words of a language, heading, banners, foot.
struct DocumentFrame: Sendable {
    let profile: PrinterProfile
    let language: PrintDocument.Language

    func word(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }

    /// What a prescription says of route and frequency, in the page's language.
    func said(_ text: String) -> String { language == .zh ? text : Phrasebook.english(text) }

    /// A dose or a strength, in the page's language.
    func amount(_ text: String) -> String { language == .zh ? text : Phrasebook.amount(text) }

    /// A sex or an age, in the page's language.
    func person(_ text: String) -> String { language == .zh ? text : Phrasebook.person(text) }

    /// A label and its colon, wide enough that values stand under one another.
    func entry(_ zh: String, _ en: String, _ value: String, _ style: TextStyle = .plain) -> LayoutBlock {
        .entry(label: word(zh, en) + "  ", value: value, style)
    }

    /// Banner and heading, the body, the foot and the banner again.
    func page(_ head: DocumentHead, zh: String, en: String, _ body: [LayoutBlock]) -> [LayoutBlock] {
        var blocks = Self.simulated(head.simulated)
        blocks += [
            .text(head.kioskName, .bold, .center), .feed(dots: 4), .text(word(zh, en), .large, .center),
            .feed(dots: 8),
        ]
        if head.reprint > 0 {
            blocks += [.text(reprint(head.reprint), .banner, .center), .feed(dots: 8)]
        }
        blocks += [.rule(.heavy)] + body
        blocks += [
            .rule(.thin), entry("单据号", "Document", head.documentNumber), entry("时间", "Printed", kept(head.issued)),
            .rule(.heavy), .feed(dots: 8),
        ]
        return blocks + Self.simulated(head.simulated)
    }

    /// Text that stays on one line where it can.
    func kept(_ text: String) -> String { text.replacing(" ", with: "\u{A0}") }

    /// A barcode where its bars come out wide enough to be read, else a QR code.
    func code(_ text: String) -> LayoutBlock {
        BarcodeSize.module(for: text, profile: profile) == nil ? .qr(text) : .barcode(text)
    }

    private func reprint(_ count: Int) -> String { "\u{A0}" + word("补打 \(count)", "REPRINT \(count)") + "\u{A0}" }

    static func simulated(_ isSimulated: Bool) -> [LayoutBlock] {
        guard isSimulated else { return [] }
        return [
            .text("\u{A0}模拟 SIMULATED\u{A0}", .banner, .center), .feed(dots: 8),
            .text("演示用，不可取药", .bold, .center), .text("Not valid for medicine", .bold, .center),
            .feed(dots: 16),
        ]
    }
}
