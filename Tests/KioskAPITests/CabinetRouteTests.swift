import KioskAPIClient
import KioskModel
import Testing

@Suite(.serialized) struct CabinetRouteTests {
    private static let order = RefillOrder(
        slot: 12, medicine: "M002", lot: "L1", expiry: "2027-12-31", traces: ["81000021000012000001"], counted: 1,
        par: 2, uses: [.pickUp], by: "T-7")

    @Test(.timeLimit(.minutes(1))) func `stock, refill, recall and lock reach the agent with what they carry`()
        async throws
    {
        let api = try await RunningAPI()
        #expect(try await api.client.stock() == ScriptedService.stockView)
        #expect(try await api.client.temperature().now?.degrees == 21.5)
        #expect(try await api.client.refill(Self.order) == ScriptedService.stockView)
        try await api.client.recall(RecallOrder(lot: "L1", medicine: nil, reason: "国家药监局", by: "T-7"))
        try await api.client.lockSlot(SlotLockOrder(slot: 12, locked: true, reason: "broken", by: "T-7"))
        #expect(
            await api.service.effects == ["refill 12 81000021000012000001", "recall L1 false", "lock 12 true"])
    }

    @Test(.timeLimit(.minutes(1))) func `homing, the door and a firmware's image reach the agent`() async throws {
        let api = try await RunningAPI()
        #expect(try await api.client.firmware() == ScriptedService.firmware)
        #expect(try await api.client.homeSlot(HomeOrder(slot: 12, by: "T-7")).outcome == .done)
        #expect(try await api.client.openDoor(DoorOrder(by: "T-7")).open)
        // More than any other body may hold.
        let image = String(repeating: "A", count: 100_000)
        try await api.client.updateFirmware(FirmwareOrder(image: image, by: "T-7"))
        #expect(await api.service.effects == ["home 12 T-7", "open T-7", "firmware 100000"])
        let fault = await #expect(throws: APIClientError.self) {
            try await api.client.updateFirmware(
                FirmwareOrder(image: String(repeating: "A", count: 600_000), by: "T-7"))
        }
        #expect(fault?.code == .apiTooLarge)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("{\"slot\":12}", "medicine is missing"), ("{\"slot\":256}", "slot is 256"),
            (body(traces: "\"x\""), "traces is a string"), (body(traces: "[1]"), "traces[0].text is a number"),
            (body(uses: "[\"gift\"]"), "uses: sale, pick-up"), (body(uses: "[]"), "uses holds 0"),
            (body(more: ",\"who\":1"), "unknown field who"),
        ]) func `a malformed refill is refused with the field that is wrong`(body: String, detail: String) async throws
    {
        let api = try await RunningAPI()
        let request =
            "POST /v1/cabinet/refill HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + "\(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        let (_, problem) = RunningAPI.split(try await api.raw(request))
        #expect(problem?.code == "K-API-001")
        #expect(problem?.detail.contains(detail) == true, "\(problem?.detail ?? "")")
        #expect(await api.service.effects.isEmpty)
    }

    private static func body(
        traces: String = "[\"81000021000012000001\"]", uses: String = "[\"sale\"]", more: String = ""
    ) -> String {
        "{\"slot\":12,\"medicine\":\"M\",\"lot\":\"L\",\"expiry\":\"2027-12-31\",\"traces\":\(traces),"
            + "\"counted\":1,\"uses\":\(uses),\"by\":\"T\"\(more)}"
    }
}
