import KioskLab
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import KioskAgent

/// A technician's hand on the devices, and the visits that go on meanwhile.
@Suite(.serialized) struct TechnicianTests {
    @Test(.timeLimit(.minutes(1)))
    func `a device is not reset under a step of a visit, and the step ends as if nobody had asked`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.server.inject(.delay(.milliseconds(200)), at: "1-4")
            let dispense = Task { try await life.agent.dispense(visit, token: life.token()) }
            await expectEventually { await life.agent.occupied.contains(visit) }
            await expectFault(.usbDeviceInUse) {
                _ = try await life.agent.resetDevice("dispenser", power: false, token: life.token())
            }
            _ = try await dispense.value
            #expect(try await life.state(of: visit) == .dispensed)
            #expect(await rig.dispenser.droppedBoxes == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the cabinet is not reset under a technician's act at it, nor does one begin under a reset`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            await rig.server.inject(.delay(.milliseconds(200)), at: "1-4")
            let door = Task { try await life.agent.openDoor(DoorOrder(by: "T-7"), token: life.token()) }
            await expectEventually { await life.agent.technicianAtCabinet }
            await expectFault(.usbDeviceInUse) {
                _ = try await life.agent.resetDevice("dispenser", power: false, token: life.token())
            }
            _ = try await life.agent.resetDevice("reader", power: false, token: life.token())
            _ = try await door.value
            let reset = try await life.agent.servicing("dispenser") { _ in
                await expectFault(.cabinetInUse) {
                    _ = try await life.agent.homeSlot(HomeOrder(slot: 12, by: "T-7"), token: life.token())
                }
                return true
            }
            #expect(reset)
            await rig.dispenser.closeDoor()
            _ = try await life.agent.homeSlot(HomeOrder(slot: 12, by: "T-7"), token: life.token())
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reset between steps costs the visit nothing; the slip comes once`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            for role in ["reader", "printer", "dispenser"] {
                let token = life.token()
                let reply = try await life.agent.resetDevice(role, power: false, token: token)
                #expect(try await life.agent.resetDevice(role, power: false, token: token) == reply)
            }
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
            #expect(await rig.printer.pages.count { $0.isCut && !$0.text.isEmpty } == 1)
            await expectFault(.usbPortFixed) {
                _ = try await life.agent.resetDevice("reader", power: true, token: life.token())
            }
            await expectFault(.apiNotFound) {
                _ = try await life.agent.resetDevice("toaster", power: false, token: life.token())
            }
            let view = try await life.agent.device("printer")
            #expect(view.usb?.interfaces == ["07/01/02"] && view.device.state == .ready)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a test page in the middle of a visit carries nothing of it, and its answer is kept by its key`() async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            _ = try await life.openVisit()
            let token = life.token()
            let reply = try await life.agent.printTestPage(.zh, token: token)
            #expect(try await life.agent.printTestPage(.zh, token: token) == reply)
            let pages = await rig.printer.pages
            #expect(pages.count == 1)
            let text = try #require(pages.first?.text)
            #expect(text.contains("1-3") && !text.contains("张伟") && !text.contains("110105"))
            await rig.printer.paperOut()
            await expectFault(.printerPaperOut) { _ = try await life.agent.printTestPage(.en, token: life.token()) }
            #expect(await life.agent.printer().sensors?.paperOut == true)
        }
    }
}
