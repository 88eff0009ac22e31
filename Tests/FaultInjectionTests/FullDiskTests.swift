import KioskAPIClient
import KioskModel
import KioskTestSupport
import Testing

/// The disk is really full, in the middle of a visit and before one.
@Suite(.serialized, .enabled(if: SmallDisk.isPossible, "needs root, to mount a small file system"))
struct FullDiskTests {
    @Test(.timeLimit(.minutes(2)), arguments: [VisitState.opened, .prescribed, .signed, .dispensed])
    func `no step is done that can't be written down, and the visit ends well once there is room`(
        state: VisitState
    ) async throws {
        let kiosk = FaultedKiosk(.count)
        let disk = try SmallDisk(at: kiosk.folder.data)
        defer { withExtendedLifetime(disk) {} }
        do {
            try await kiosk.start()
            var people = PeopleAtKiosk(kiosk)
            try await people.bring(to: state)
            let boxes = try await kiosk.boxes()
            let slips = kiosk.slips()
            disk.fill()
            // What is asked of a full disk may still fit into what its log had before; nothing is done beyond that.
            try? await people.bring(to: .closed, within: .seconds(3))
            #expect(people.problems.contains(FaultCode.storeDiskFull.rawValue), "\(people.problems)")
            if state == .signed { #expect(try await kiosk.boxes() == boxes) }
            if state == .dispensed { #expect(kiosk.slips() == slips) }
            await kiosk.stack.kill(.daemon)
            disk.free()
            try await people.bring()
            await kiosk.stack.stop(.daemon)
            #expect(try await VisitVerdict(kiosk).findings() == [])
        } catch {
            Issue.record("\(error)\n\(kiosk.log())")
        }
        await kiosk.stop()
    }

    @Test(.timeLimit(.minutes(2)))
    func `a new visit is refused while the disk is full, and taken when there is room`() async throws {
        let kiosk = FaultedKiosk(.count)
        let disk = try SmallDisk(at: kiosk.folder.data)
        defer { withExtendedLifetime(disk) {} }
        do {
            try await kiosk.start()
            disk.fill()
            try await kiosk.stack.control.say("insert card zhang-wei")
            try await expectEventually { try await kiosk.client.status().prompt?.code == Prompt.callStaff.rawValue }
            #expect(try await kiosk.client.status().visit == nil)
            try await kiosk.stack.control.say("remove card")
            disk.free()
            var people = PeopleAtKiosk(kiosk)
            try await people.bring()
            await kiosk.stack.stop(.daemon)
            #expect(try await VisitVerdict(kiosk).findings() == [])
        } catch {
            Issue.record("\(error)\n\(kiosk.log())")
        }
        await kiosk.stop()
    }

    /// Fills the disk but for what was kept aside, with a visit in this state.
    private static func fill(
        _ disk: SmallDisk, of kiosk: FaultedKiosk, at state: VisitState
    ) async throws -> PeopleAtKiosk {
        try await kiosk.start()
        var people = PeopleAtKiosk(kiosk)
        try await people.bring(to: state)
        #expect(try await kiosk.client.status().disk?.hasReserve == true)
        disk.fill()
        return people
    }

    /// Its number is the first thing that is written, before any record.
    @Test(.timeLimit(.minutes(2)), arguments: [VisitState.opened, .signed])
    func `a visit is aborted on what was kept aside`(state: VisitState) async throws {
        let kiosk = FaultedKiosk(.count, reserveMB: 12)
        let disk = try SmallDisk(at: kiosk.folder.data)
        defer { withExtendedLifetime(disk) {} }
        do {
            let people = try await Self.fill(disk, of: kiosk, at: state)
            let visit = try #require(people.visit)
            #expect(try await kiosk.client.abort(visit).state == .aborted)
            #expect(try await kiosk.client.status().disk?.hasReserve == false, "the disk was never full")
            disk.free()
            try await kiosk.end()
            #expect(try await VisitVerdict(kiosk).waiting() == 0)
        } catch {
            Issue.record("\(error)\n\(kiosk.log())")
        }
        await kiosk.stop()
    }

    @Test(.timeLimit(.minutes(2)))
    func `a visit under way is brought to its end on what was kept aside, and no new one begins`() async throws {
        let kiosk = FaultedKiosk(.count, reserveMB: 12)
        let disk = try SmallDisk(at: kiosk.folder.data)
        defer { withExtendedLifetime(disk) {} }
        do {
            var people = try await Self.fill(disk, of: kiosk, at: .prescribed)
            try await people.bring()
            #expect(!people.problems.contains(FaultCode.storeDiskFull.rawValue), "\(people.problems)")
            let status = try await kiosk.client.status()
            #expect(status.disk?.hasReserve == false, "the disk was never full")
            disk.fill()
            try await kiosk.stack.control.say("insert card zhang-wei")
            try await expectEventually { try await kiosk.client.status().prompt?.code == Prompt.callStaff.rawValue }
            #expect(try await kiosk.client.status().visit == nil)
            try await kiosk.stack.control.say("remove card")
            disk.free()
            try await kiosk.end()
            #expect(try await VisitVerdict(kiosk).findings() == [])
            // What was kept aside is there again once there is room.
            try await kiosk.stack.start(.daemon)
            #expect(try await kiosk.client.status().disk?.hasReserve == true)
        } catch {
            Issue.record("\(error)\n\(kiosk.log())")
        }
        await kiosk.stop()
    }
}
