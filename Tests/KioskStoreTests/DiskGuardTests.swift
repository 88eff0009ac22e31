import Foundation
import KioskModel
import KioskStore
import KioskTestSupport
import Synchronization
import Testing

struct DiskGuardTests {
    private final class Disk: Sendable {
        let free = Mutex<Int64>(100 << 20)
    }

    private let folder = TemporaryFolder("disk")
    private let disk = Disk()

    private var watch: DiskGuard {
        DiskGuard(
            folder: folder.path, limits: DiskLimits(telemetry: 50 << 20, visits: 20 << 20, reserve: 1 << 20),
            space: { [disk] _ in (disk.free.withLock { $0 }, 1000 << 20) })
    }

    @Test func `state reports go first, then new visits`() async throws {
        let cases: [(Int64, DiskGuard.Level, FaultCode?)] = [
            (100, .ok, nil), (50, .ok, nil), (49, .low, .diskLow), (20, .low, .diskLow),
            (19, .full, .diskVisitsRefused), (0, .full, .diskVisitsRefused),
        ]
        for (megabytes, level, code) in cases {
            disk.free.withLock { $0 = megabytes << 20 }
            #expect(watch.level == level)
            #expect(watch.fault?.code == code)
            if level == .full {
                await expectFault(.diskVisitsRefused) { try watch.admitVisit() }
            } else {
                try watch.admitVisit()
            }
            #expect(watch.view?.freeBytes == megabytes << 20)
        }
    }

    @Test func `the reserve has real blocks, is given up once, and is set aside again when there is space`() throws {
        watch.keepReserve()
        #expect(watch.hasReserve)
        var status = stat()
        #expect(stat(folder.file("reserve.bin"), &status) == 0)
        #expect(Int(status.st_blocks) * 512 >= 1 << 20)
        #expect(watch.useReserve())
        #expect(!watch.useReserve())
        disk.free.withLock { $0 = 20 << 20 }
        watch.keepReserve()
        #expect(!watch.hasReserve)
        disk.free.withLock { $0 = 22 << 20 }
        watch.keepReserve()
        #expect(watch.hasReserve)
    }

    @Test(.timeLimit(.minutes(1)))
    func `two commits that meet the full disk together both use what was kept aside`() async throws {
        let fixture = StoreFixture()
        let trace = try StoreTrace(folder: fixture.folder.path)
        let store = try fixture.open()
        watch.keepReserve()
        // The other one was first.
        #expect(watch.useReserve())
        let visit = fixture.visit()
        let change = try fixture.change(visit)
        trace.fail(at: 1, code: 13)
        try await store.commit(change, reserve: watch)
        trace.fail(at: 1, code: 13)
        #expect(try await store.nextCounter("n", reserve: watch) == 1)
        // Where there is no space even then, the fault stands.
        trace.fail(at: 1, code: 13, times: 1000)
        let next = try fixture.change(fixture.visit())
        await expectFault(.storeDiskFull) { try await store.commit(next, reserve: watch) }
        trace.never()
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        try store.close()
    }

    @Test func `a disk that can't be asked refuses nothing`() throws {
        let blind = DiskGuard(
            folder: "/nowhere", limits: DiskLimits(telemetry: 1, visits: 1, reserve: 1), space: DiskGuard.space)
        #expect(blind.level == .ok)
        #expect(blind.view == nil)
        try blind.admitVisit()
    }
}
