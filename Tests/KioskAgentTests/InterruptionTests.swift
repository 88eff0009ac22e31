import KioskAgent
import KioskLab
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

/// Troubles in the middle of a visit: nothing lost, nothing twice, and a way on.
@Suite(.serialized) struct InterruptionTests {
    @Test(.timeLimit(.minutes(1)))
    func `an answer with a wrong CRC is asked again, and exactly one box falls for each order`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.dispenser.corruptNextFrame()
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a jam needs a person; what they saw is kept with their name, and the visit goes on`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            try await rig.dispenser.jam(slot: 12)
            await expectFault(.dispenserJam) { _ = try await life.agent.dispense(visit, token: life.token()) }
            let stuck = try await life.agent.visit(visit)
            #expect(stuck.state == .needsPerson)
            #expect(stuck.fault?.code == FaultCode.dispenserJam.rawValue)
            await expectFault(.visitNeedsPerson) { _ = try await life.agent.dispense(visit, token: life.token()) }

            let transaction = try #require(stuck.dispense.first).transaction
            try await rig.dispenser.repair(slot: 12)
            _ = try await life.agent.resolve(
                visit, transaction: transaction, dropped: false, by: "T-7", token: life.token())
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stop in the middle of a dispense is settled by the controller at the next start`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            let dispensing = Task { try await life.agent.dispense(visit, token: life.token()) }
            try await expectEventually { try await !life.agent.visit(visit).dispense.isEmpty }
            dispensing.cancel()
            return visit
        }
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.status().visit?.id == visit }
            if try await life.state(of: visit) != .dispensed {
                _ = try await life.agent.dispense(visit, token: life.token())
            }
            #expect(try await life.state(of: visit) == .dispensed)
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        #expect(await rig.printer.pages.count == 1)
        #expect(await rig.dispenser.heldOutcomes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `without paper nothing is printed; with paper the slip prints once and the visit closes`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            await rig.printer.paperOut()
            await expectFault(.printerPaperOut) { _ = try await life.agent.print(visit, token: life.token()) }
            let waiting = try await life.agent.visit(visit)
            #expect(waiting.slip == "failed-clean")
            #expect(waiting.fault?.code == FaultCode.printerPaperOut.rawValue)
            #expect(waiting.prompt?.code == Prompt.callStaff.rawValue)
            await rig.printer.loadPaper()
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
        }
        #expect(await rig.printer.pages.count == 1)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slip that the printer can't confirm closes the visit and is said to be looked after`() async throws {
        var model = PrinterModel.wide
        model.hasFence = false
        let rig = try AgentRig(printerModel: model)
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            let events = await life.agent.events(after: nil)
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
            #expect(try await life.agent.visit(visit).slip == "unconfirmed")
            let unconfirmed = { @Sendable (event: AgentEvent) in
                event.fault?.code == FaultCode.printerUnconfirmed.rawValue
            }
            #expect(await events.first(where: unconfirmed)?.visit == visit)
            _ = try await life.agent.printTestPage(.zh, token: life.token())
            let page = await events.first(where: unconfirmed)
            #expect(page != nil && page?.visit == nil)
        }
        #expect(await rig.printer.pages.map(\.isCut) == [true, true])
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slip left in a printer that can't be emptied is printed again after the printer was switched off`()
        async throws
    {
        var model = PrinterModel.wide
        model.softResetRequestType = nil
        let rig = try AgentRig(printerModel: model)
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            await rig.printer.paperOutAfter(bytes: 400)
            await expectFault(.printerUnknown) { _ = try await life.agent.print(visit, token: life.token()) }
            #expect(try await life.state(of: visit) == .needsPerson)
            _ = try await life.agent.resolvePrint(visit, printed: false, by: "T-7", token: life.token())
            await expectFault(.printerNotCleared) { _ = try await life.agent.print(visit, token: life.token()) }
            await expectFault(.printerNotCleared) { _ = try await life.agent.purgePrinter(token: life.token()) }
            let waiting = try await life.agent.visit(visit)
            #expect(waiting.slip == "failed-clean" && waiting.prompt?.code == Prompt.callStaff.rawValue)
            #expect(waiting.fault?.code == FaultCode.printerNotCleared.rawValue)
            await rig.server.unplug("1-3")
            await rig.printer.losePower()
            await rig.printer.loadPaper()
            await rig.server.plug(rig.printer, at: "1-3")
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
        }
        let whole = await rig.printer.pages.filter { $0.isCut && !$0.qrPayloads.isEmpty }
        #expect(whole.count == 1 && whole.first?.text.contains("补打 1") == true)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cabinet that is gone leaves the visit where it was, and nothing is sent`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.server.unplug("1-4")
            await expectFault(.usbNotFound) { _ = try await life.agent.dispense(visit, token: life.token()) }
            #expect(await rig.dispenser.droppedBoxes == 0)
            await rig.server.plug(rig.dispenser, at: "1-4")
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `what the controller can tell goes before a person's word`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            let dispensing = Task { try? await life.agent.dispense(visit, token: life.token()) }
            try await expectEventually { try await !life.agent.visit(visit).dispense.isEmpty }
            // Whoever resolves while the order runs is told to wait; nothing is recorded.
            await expectFault(.visitWrongState) {
                _ = try await life.agent.resolve(visit, transaction: 1, dropped: false, by: "T-7", token: life.token())
            }
            _ = await dispensing.value
            return visit
        }
        #expect(!visit.isEmpty)
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `after a jam another slot that holds the medicine gives the box`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            try await rig.dispenser.jam(slot: 12)
            await expectFault(.dispenserJam) { _ = try await life.agent.dispense(visit, token: life.token()) }
            let first = try #require(try await life.agent.visit(visit).dispense.first)
            // Nobody repaired slot 12: it stays locked.
            _ = try await life.agent.resolve(
                visit, transaction: first.transaction, dropped: false, by: "T-7", token: life.token())
            _ = try await life.agent.dispense(visit, token: life.token())
            let slots = try await life.agent.visit(visit).dispense.map(\.slot)
            #expect(slots == [12, 13, 11])
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }
}
