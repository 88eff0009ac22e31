import KioskAgent
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// What the agent must not do, whatever it is asked.
@Suite(.serialized) struct RefusalTests {
    @Test(.timeLimit(.minutes(1)))
    func `steps out of order are refused and change nothing`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let agent = life.agent
            let visit = try await life.openVisit()
            await expectFault(.doctorNoSession) {
                _ = try await agent.prescribe(visit, AgentRig.draft, token: life.token())
            }
            try await life.signIn()
            await expectFault(.visitWrongState) {
                _ = try await agent.sign(visit, prescription: nil, pin: nil, token: life.token())
            }
            await expectFault(.visitWrongState) { _ = try await agent.dispense(visit, token: life.token()) }
            await expectFault(.visitWrongState) { _ = try await agent.print(visit, token: life.token()) }
            await expectFault(.apiNotFound) { _ = try await agent.visit(UUIDv7.make()) }
            #expect(try await life.state(of: visit) == .opened)
        }
        #expect(await rig.dispenser.droppedBoxes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a wrong PIN signs nothing, and a signed prescription never changes`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let agent = life.agent
            try await life.signIn()
            let visit = try await life.openVisit()
            _ = try await agent.prescribe(visit, AgentRig.draft, token: life.token())
            await expectFault(.faceNotEnrolled) {
                _ = try await agent.sign(visit, prescription: nil, pin: nil, token: life.token())
            }
            await expectFault(.doctorPINWrong) {
                _ = try await agent.sign(visit, prescription: nil, pin: Secret("000000"), token: life.token())
            }
            #expect(try await life.state(of: visit) == .prescribed)
            _ = try await agent.sign(visit, prescription: nil, pin: Secret(LabDoctor.pin), token: life.token())
            await expectFault(.rxAlreadySigned) {
                _ = try await agent.prescribe(visit, AgentRig.draft, token: life.token())
            }
            await expectFault(.rxAlreadySigned) {
                _ = try await agent.sign(visit, prescription: nil, pin: Secret(LabDoctor.pin), token: life.token())
            }
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `nothing is signed but the prescription that the doctor was shown, and nobody is scanned for another`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let pin = Secret(LabDoctor.pin)
            try await life.signIn()
            let visit = try await life.openVisit()
            let shown = try await life.prescribe(visit)
            let other = try await life.prescribe(visit)
            let events = await life.agent.events(after: nil)
            await expectFault(.rxNotTheOneShown) {
                _ = try await life.agent.sign(visit, prescription: shown, pin: pin, token: life.token())
            }
            #expect(try await life.state(of: visit) == .prescribed)
            _ = try await life.agent.sign(visit, prescription: other, pin: pin, token: life.token())
            #expect(try await life.state(of: visit) == .signed)
            // Without a face service a scan would have been a fault that asks for the PIN.
            let first = await events.first { ["step", "prompt", "fault"].contains($0.kind) }
            #expect(first?.prompt?.code == nil && first?.state == "face")
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a production kiosk signs nothing that the request does not name`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, production: true) { life in
            let visit = UUIDv7.make()
            let fault = await expectFault(.apiMalformed) {
                _ = try await life.agent.sign(visit, prescription: nil, pin: nil, token: life.token())
            }
            #expect(fault?.detail == "prescription is missing")
            await expectFault(.apiNotFound) {
                _ = try await life.agent.sign(visit, prescription: UUIDv7.make(), pin: nil, token: life.token())
            }
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a blocked prescription is not stored and says which rule`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            try await life.signIn()
            let visit = try await life.openVisit()
            let restricted = PrescriptionDraft(
                diagnosis: AgentRig.draft.diagnosis,
                lines: [
                    PrescriptionLine(
                        medicine: "M004", name: "左氧氟沙星片", strength: "0.5 g × 4 片", boxes: 1, dose: "0.5 g", route: "口服",
                        frequency: "每日一次", days: 4)
                ])
            let fault = await expectFault(.rxRuleBlocked) {
                _ = try await life.agent.prescribe(visit, restricted, token: life.token())
            }
            #expect(fault?.detail.hasPrefix("R14") == true)
            #expect(try await life.agent.visit(visit).prescription == nil)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a production kiosk uses no simulated device`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, production: true) { life in
            rig.reader.insert(try LabCards.card("zhang-wei"))
            try await expectEventually {
                try await life.agent.status().faults.contains { $0.code == FaultCode.usbSimulatedRefused.rawValue }
            }
            #expect(try await life.agent.status().visit == nil)
            rig.doctorReader.insert(try LabDoctor.card(rig.folder))
            await expectFault(.usbSimulatedRefused) {
                _ = try await life.agent.signIn(pin: Secret(LabDoctor.pin), token: life.token())
            }
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `the same key twice does the thing once and answers the same`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            let token = life.token()
            async let first = life.agent.dispense(visit, token: token)
            async let twin = life.agent.dispense(visit, token: token)
            let answers = try await [first, twin, life.agent.dispense(visit, token: token)]
            #expect(Set(answers).count == 1)
            await expectFault(.apiKeyReused) {
                _ = try await life.agent.print(visit, token: IdempotencyToken(key: token.key, fingerprint: "other"))
            }
            await expectFault(.rxAlreadyDispensed) { _ = try await life.agent.dispense(visit, token: life.token()) }
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }
}
