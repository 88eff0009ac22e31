import KioskModel
import Testing

@testable import KioskCommands

@Suite struct SyncDisplayTests {
    private func text(_ view: some Presentable, _ language: Language) -> String {
        let settings = Settings(socketPath: "", configPath: "", kioskdPath: "", language: language)
        return Renderer(settings).render(view, from: .daemon)
    }

    @Test func `why says the first layer that failed and the next step, in both languages`() {
        let view = SyncDiagnosisView(
            platform: "https://p.example/fhir",
            layers: [
                SyncLayerView("link", .ok, "eth0"), SyncLayerView("route", .failed, "", fault: Fault(.syncNoRoute)),
                SyncLayerView("name", .unknown, ""),
            ])
        #expect(view.exitStatus == .warning)
        let zh = text(view, .zh)
        #expect(zh.contains("K-SYN-007 网络没有出口"))
        #expect(zh.contains("检查路由器和上网流量"))
        #expect(zh.contains("√ 网线"))
        let en = text(view, .en)
        #expect(en.contains("K-SYN-007 The network leads nowhere"))
        #expect(en.contains("‼ route"))
        let well = SyncDiagnosisView(platform: nil, layers: [SyncLayerView("link", .ok, "eth0")])
        #expect(well.exitStatus == .ok)
        #expect(text(well, .en).contains("is well"))
    }

    @Test func `the status says what waits, what is held and when it goes on`() {
        var view = SyncStatusView(
            state: "waiting", queue: QueueSummary(pending: 3, quarantined: 1, oldestSeconds: 7200, lastFault: nil))
        view.platform = "https://p.example/fhir"
        view.addressedBy = "envelope 7"
        view.breaker = "open"
        view.retrySeconds = 42
        view.held = 2
        view.lastFault = FaultView(Fault(.syncServerError, "HTTP 503"))
        #expect(view.exitStatus == .needsPerson)
        let en = text(view, .en)
        for words in [
            "waits to try again", "https://p.example/fhir", "by envelope 7", "3 waiting · 1 refused · 2 held",
            "2 h 0 min", "42 s", "K-SYN-003",
        ] { #expect(en.contains(words), "\(words)\n\(en)") }
        #expect(text(view, .zh).contains("待上传 3 · 被拒绝 1 · 暂停 2"))
    }

    @Test func `a damaged record makes the check of the queue fail`() {
        let bad = QueueCheckView(messages: 3, bytes: 900, damaged: ["x"])
        #expect(bad.exitStatus == .needsPerson)
        #expect(text(bad, .en).contains("2 records can be read"))
        #expect(QueueCheckView(messages: 3, bytes: 900, damaged: []).exitStatus == .ok)
    }
}
