import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import KioskAgent

/// Patients at two readers: one for social security cards, one for resident ID cards.
@Suite(.serialized) struct PatientCardTests {
    @Test(.timeLimit(.minutes(1)))
    func `a patient is known by a resident ID card alone, and the visit says which reader was simulated`() async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true) { life in
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.presentCard.rawValue }
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            let id = try await life.openedVisit()
            let visit = try await life.agent.visit(id)
            #expect(visit.patient == "王○")
            #expect(visit.simulated == ["idcard"])
            let stored = try await life.agent.requireVisit(id).patient
            #expect(stored.cardKind == .residentID && stored.number == "310101195512314028")
            #expect(await life.agent.devices().contains { $0.role == "idcard" && $0.state == .ready })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `two people who come at once to two readers open one visit; the other's card never touches it`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true) { life in
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            rig.reader.insert(try LabCards.card("zhang-wei"))
            let id = try await life.openedVisit()
            for await event in await life.agent.events(after: 0)
            where event.fault?.code == FaultCode.visitAnotherOpen.rawValue { break }
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [id])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `after another patient's card nobody is asked to go on until the visit's own card is seen`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true) { life in
            let visit = try await life.strangersCard(rig)
            let next = try await life.promptAfterRemoval(rig)
            #expect(next == Prompt.callStaff.rawValue)
            let status = try await life.agent.status()
            #expect(status.prompt?.code == Prompt.callStaff.rawValue)
            #expect(status.faults.contains { $0.code == FaultCode.visitAnotherOpen.rawValue && $0.device == "reader" })
            // Who prescribes is told.
            let reply = try await life.agent.prescribe(visit, AgentRig.draft, token: life.token())
            let view = try JSONDecoder().decode(VisitView.self, from: Data(reply.body))
            #expect(view.fault?.code == FaultCode.visitAnotherOpen.rawValue)
            #expect(view.prompt?.code == Prompt.callStaff.rawValue)
            // The visit's patient, by the other kind of card.
            rig.idReader.put(try LabCards.residentCard("zhang-wei"))
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.lookAtCamera.rawValue }
            #expect(try await life.agent.visit(visit).fault == nil)
            #expect(
                try await life.agent.status().faults.allSatisfy { $0.code != FaultCode.visitAnotherOpen.rawValue })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a doctor who signs in anew sees who is there, and the visit goes on`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.strangersCard(rig)
            try await life.signIn()
            #expect(try await life.agent.status().prompt?.code == Prompt.seeDoctor.rawValue)
            #expect(try await life.agent.visit(visit).fault == nil)
            let next = try await life.promptAfterRemoval(rig)
            #expect(next == Prompt.seeDoctor.rawValue)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one person may go on with the other kind of card`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true) { life in
            let id = try await life.openVisit("zhang-wei")
            rig.reader.removeCard()
            rig.idReader.put(try LabCards.residentCard("zhang-wei"))
            await expectEventually { rig.idReader.commands.contains([0x30, 0x01]) }
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.seeDoctor.rawValue }
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [id])
            #expect(try await life.agent.status().faults.allSatisfy { $0.device != "reader" && $0.device != "idcard" })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card left behind is a prompt and a warning until it is taken`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, cardReminder: .milliseconds(50)) { life in
            let visit = try await life.openVisit()
            _ = try await life.agent.abort(visit, token: life.token())
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.cardLeftBehind.rawValue }
            let status = try await life.agent.status()
            #expect(status.faults.contains { $0.code == FaultCode.cardLeftBehind.rawValue && $0.device == "reader" })
            #expect(FaultCode.cardLeftBehind.entry.severity == .warning)
            rig.reader.removeCard()
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.insertCard.rawValue }
            #expect(try await life.agent.status().faults.allSatisfy { $0.device != "reader" })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card left behind across a restart opens no second visit until it is brought again`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let ended = try await rig.withAgent(port: port) { life in
            let visit = try await life.openVisit()
            _ = try await life.agent.abort(visit, token: life.token())
            return visit
        }
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.cardLeftBehind.rawValue }
            #expect(try await life.agent.status().faults.contains { $0.code == FaultCode.cardLeftBehind.rawValue })
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [ended])
            // So does a reader that comes back with it.
            await rig.server.unplug("1-1")
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            await rig.server.plug(rig.reader, at: "1-1")
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.cardLeftBehind.rawValue }
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [ended])
            rig.reader.removeCard()
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.insertCard.rawValue }
            rig.reader.insert(try LabCards.card("zhang-wei"))
            _ = try await life.openedVisit()
            #expect(try await life.agent.visits(limit: 10).count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card left at one reader opens no visit after a restart, though others have come to the other since`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true) { life in
            let left = try await life.openVisit("zhang-wei")
            _ = try await life.agent.abort(left, token: life.token())
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            let other = try await life.openedVisit()
            _ = try await life.agent.abort(other, token: life.token())
            rig.idReader.liftCard()
            await expectEventually { await life.agent.cardsPresent == ["reader"] }
        }
        try await rig.withAgent(port: port, idCard: true) { life in
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.cardLeftBehind.rawValue }
            #expect(try await life.agent.visits(limit: 10).count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that somebody brought while the kiosk was off opens its visit at the start`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.openVisit("zhang-wei")
            rig.reader.removeCard()
            _ = try await life.agent.abort(visit, token: life.token())
        }
        rig.reader.insert(try LabCards.card("wang-fang"))
        try await rig.withAgent(port: port) { life in
            _ = try await life.openedVisit()
            #expect(try await life.agent.visits(limit: 10).count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an ID card that stayed and is moved after its visit is a reminder; brought again it opens a visit`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true, cardReminder: .seconds(50)) { life in
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            let visit = try await life.openedVisit()
            // The module says so; the card lies where it lay.
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            _ = try await life.agent.abort(visit, token: life.token())
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.cardLeftBehind.rawValue }
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            let status = try await life.agent.status()
            #expect(status.prompt?.code == Prompt.cardLeftBehind.rawValue, "no invitation while it stands")
            #expect(status.faults.contains { $0.code == FaultCode.cardLeftBehind.rawValue && $0.device == "idcard" })
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [visit])
            rig.idReader.liftCard()
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            _ = try await life.openedVisit()
            let left = try await life.agent.status().faults.map(\.device)
            #expect(!left.contains("idcard"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the reminder of a moved ID card ends by itself, and another patient's card needs none`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, idCard: true, cardReminder: .milliseconds(50)) { life in
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            let visit = try await life.openedVisit()
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            _ = try await life.agent.abort(visit, token: life.token())
            let events = await life.agent.events(after: nil)
            rig.idReader.put(try LabCards.residentCard("wang-fang"))
            let reminder = await events.first { $0.fault != nil }
            #expect(reminder?.fault?.code == FaultCode.cardLeftBehind.rawValue)
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.presentCard.rawValue }
            let left = try await life.agent.status().faults.map(\.device)
            #expect(!left.contains("idcard"))
            rig.idReader.put(try LabCards.residentCard("zhang-wei"))
            let next = try await life.openedVisit()
            _ = try await life.agent.abort(next, token: life.token())
            #expect(try await life.agent.visits(limit: 10).count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a patient who took the card makes room for the next one's invitation`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, cardReminder: .milliseconds(50)) { life in
            let visit = try await life.openVisit()
            rig.reader.removeCard()
            await expectEventually { await life.agent.cardsPresent.isEmpty }
            _ = try await life.agent.abort(visit, token: life.token())
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.insertCard.rawValue }
        }
    }
}

extension AgentLife {
    /// zhang-wei leaves an open visit with the card, and wang-fang puts another in; gives the visit.
    fileprivate func strangersCard(_ rig: AgentRig) async throws -> VisitID {
        try await signIn()
        let visit = try await openVisit("zhang-wei")
        rig.reader.removeCard()
        await expectEventually { await self.agent.cardsPresent.isEmpty }
        rig.reader.insert(try LabCards.card("wang-fang"))
        await expectEventually { await self.agent.stranger != nil }
        try await expectEventually { try await self.agent.status().prompt?.code == Prompt.callStaff.rawValue }
        return visit
    }

    /// What the kiosk asks for when the card is taken out.
    fileprivate func promptAfterRemoval(_ rig: AgentRig) async throws -> String? {
        let events = await agent.events(after: nil)
        rig.reader.removeCard()
        return await events.first { $0.kind == "prompt" }?.prompt?.code
    }
}
