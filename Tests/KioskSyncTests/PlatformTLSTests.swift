import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct PlatformTLSTests {
    /// The files of a kiosk's certificate, in a folder of their own.
    private struct Files {
        let folder = TemporaryFolder("tls")

        var tls: PlatformTLS {
            PlatformTLS(
                authorityFile: folder.file("ca.pem"), certificateFile: folder.file("kiosk.pem"),
                keyFile: folder.file("kiosk.key"))
        }

        func write(_ authority: LabAuthority, _ identity: LabAuthority.Identity) throws {
            try AtomicFile.write(Array(try authority.pem.utf8), to: folder.file("ca.pem"))
            try AtomicFile.write(Array(identity.key.utf8), to: folder.file("kiosk.key"))
            try AtomicFile.write(Array(identity.certificate.utf8), to: folder.file("kiosk.pem"))
        }
    }

    private func withTLS(
        kiosk: LabAuthority.Flaw = .none, platform: LabAuthority.Flaw = .none,
        _ body: (SyncFixture, LabAuthority, Files) async throws -> Void
    ) async throws {
        let authority = try LabAuthority()
        let files = Files()
        try files.write(authority, try authority.kiosk("kiosk-001", kiosk))
        var security = PlatformSecurity(authority: authority)
        security.flaw = platform
        try await withSync(security: security, configure: { $0.tls = files.tls }) { sync in
            try await body(sync, authority, files)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `the platform's answers tell the time, but only over TLS`(secured: Bool) async throws {
        let authority = try LabAuthority()
        let files = Files()
        try files.write(authority, try authority.kiosk("kiosk-001", .none))
        // Four days slow, as a kiosk whose battery is empty.
        let machine = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000) - 4 * 86_400_000)
        let clock = FlooredClock(machine, path: files.folder.file("time.floor"))
        let security = secured ? PlatformSecurity(authority: authority) : nil
        try await withSync(
            security: security,
            configure: {
                $0.tls = files.tls
                $0.clock = clock
            },
            { sync in
                try await sync.enqueue()
                sync.start()
                try await expectEventually { try await sync.isDrained() }
            })
        #expect(clock.stamp().quality == (secured ? .untrusted : .synchronized))
        let error = abs(Double(clock.latest) / 1000 - Date().timeIntervalSince1970)
        #expect(error < 60 || !secured, "\(error)")
    }

    @Test(.timeLimit(.minutes(1))) func `kiosk and platform know each other by certificates`() async throws {
        try await withTLS { sync, _, _ in
            #expect(await sync.platform.base.hasPrefix("https://"))
            try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.isDrained() }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [LabAuthority.Flaw.expired, .stranger])
    func `a certificate that is replaced is used without a restart`(flaw: LabAuthority.Flaw) async throws {
        try await withTLS(kiosk: flaw) { sync, authority, files in
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures >= 1 }
            #expect(try await sync.item(item.id)?.fault?.code == .syncCertificate)
            #expect(try await sync.item(item.id)?.state == "pending")
            #expect(await sync.platform.received == 0)
            let loads = await sync.client.certificates.loads
            try files.write(authority, try authority.kiosk("kiosk-001"))
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.client.certificates.loads > loads)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a half-written certificate leaves the connection as it was`() async throws {
        try await withTLS { sync, authority, files in
            try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            // The new certificate is there, its key is not yet.
            let next = try authority.kiosk("kiosk-001")
            try AtomicFile.write(Array(next.certificate.utf8), to: files.folder.file("kiosk.pem"))
            try await sync.enqueue()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.client.certificates.problem?.code == .syncCertificate)
            try AtomicFile.write(Array(next.key.utf8), to: files.folder.file("kiosk.key"))
            try await sync.enqueue()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.client.certificates.problem == nil)
            #expect(await sync.client.certificates.loads == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [LabAuthority.Flaw.expired, .early, .stranger, .otherHost])
    func `a platform whose certificate is not good gets no record`(flaw: LabAuthority.Flaw) async throws {
        try await withTLS(platform: flaw) { sync, _, _ in
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures >= 1 }
            #expect(try await sync.item(item.id)?.fault?.code == .syncTLS)
            #expect(await sync.platform.received == 0)
            try await sync.platform.present(.none)
            try await sync.expectDrained(advancing: .seconds(2))
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["ca.pem", "kiosk.pem", "kiosk.key"])
    func `a missing or damaged file is said with its name, and nothing is lost`(name: String) async throws {
        try await withTLS { sync, authority, files in
            try AtomicFile.write(Array("no PEM".utf8), to: files.folder.file(name))
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures >= 1 }
            let fault = try #require(try await sync.item(item.id)?.fault)
            #expect(fault.code == .syncCertificate)
            #expect(fault.detail.contains(name))
            try files.write(authority, try authority.kiosk("kiosk-001"))
            try await sync.expectDrained(advancing: .seconds(1))
        }
    }
}
