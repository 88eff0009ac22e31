import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

@Suite(.serialized) struct PrinterFaultTests {
    private typealias Script = @Sendable (SimulatedPrinter) async -> Void

    @Test(.timeLimit(.minutes(1))) func `trouble that the sensors show fails clean, and not one data byte is sent`()
        async throws
    {
        let cases: [(FaultCode, Script, Script)] = [
            (.printerPaperOut, { await $0.paperOut() }, { await $0.loadPaper() }),
            (.printerCoverOpen, { await $0.coverOpen() }, { await $0.coverClose() }),
            (.printerOffline, { await $0.goOffline() }, { await $0.goOnline() }),
        ]
        for (code, breakIt, mendIt) in cases {
            try await PrinterBench.run { bench in
                await breakIt(bench.device)
                let state = await bench.printer.print(Slips.make())
                #expect(state == .failedClean(Fault(code, device: "printer")))
                #expect(await bench.device.dataBytesReceived == 0)
                #expect(await bench.readiness()?.code == code)
                let status = await bench.printer.status()
                #expect(status.state == .fault && status.fault?.code == code && status.simulated)
                await mendIt(bench.device)
                #expect(await bench.device.pages.isEmpty)
                #expect(await bench.printer.print(Slips.make(number: "0002")) == .confirmed)
                #expect(await bench.device.pages.count == 1)
                #expect(await bench.printer.status().state == .ready)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `paper that ends in the middle leaves nothing to print after the refill`()
        async throws
    {
        try await PrinterBench.run { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001", patient: "甲某某")) == .confirmed)
            await bench.device.paperOutAfter(bytes: 400)
            let state = await bench.printer.print(Slips.make(number: "0002", patient: "乙某某"))
            guard case .unknown(let fault) = state else {
                Issue.record("\(state.name)")
                return
            }
            #expect(fault.code == .printerUnknown && fault.detail.contains(FaultCode.printerPaperOut.rawValue))
            #expect(!fault.detail.contains("乙"))
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            let torn = await bench.device.pages.dropFirst()
            #expect(torn.count == 1 && torn.first?.isCut == false && torn.first?.qrPayloads == [])
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == .confirmed)
            let pages = await bench.device.pages
            #expect(pages.count == 3)
            #expect(pages.last?.text.contains("丙某某") == true && pages.last?.text.contains("乙某某") == false)
            #expect(await bench.device.errors.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a document larger than the buffer does not hang on an empty roll`()
        async throws
    {
        var model = PrinterModel.wide
        model.bufferSize = 128
        try await PrinterBench.run(model: model, timing: PrinterBench.impatient) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.device.paperOutAfter(bytes: 300)
            let state = await bench.printer.print(Slips.make(number: "0002"))
            #expect(state.name == "unknown")
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0003")) == .confirmed)
            #expect(await bench.device.pages.last?.text.contains("0003") == true)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the old data is not cleared by itself: it is the driver that prevents it`()
        async throws
    {
        // The field hazard itself, so that the test above is known to mean something.
        let folder = TemporaryFolder("printer")
        let device = try SimulatedPrinter(outputDirectory: folder.path)
        await device.paperOut()
        _ = await device.receive(Array("old\n".utf8) + [0x1D, 0x56, 0x00], endpoint: 0x02)
        #expect(await device.pages.isEmpty)
        await device.loadPaper()
        #expect(await device.pages.map(\.text) == ["old"])
    }

    @Test(.timeLimit(.minutes(1))) func `a printer unplugged in the middle is unknown, and works when it is back`()
        async throws
    {
        try await PrinterBench.run { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            // Four questions and their answers, then the first piece of the document.
            await bench.server.inject(.unplug(afterTransfers: 9), at: PrinterBench.busID)
            let state = await bench.printer.print(Slips.make(number: "0002", patient: "乙某某"))
            guard case .unknown(let fault) = state else {
                Issue.record("\(state)")
                return
            }
            #expect(fault.code == .printerUnknown && fault.device == "printer")
            #expect(await bench.printer.status().state == .missing)
            await bench.server.plug(bench.device, at: PrinterBench.busID)
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == .confirmed)
            let last = try #require(await bench.device.pages.last)
            #expect(last.text.contains("丙某某") && !last.text.contains("乙某某") && last.isCut)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a printer that is not there fails clean`() async throws {
        try await PrinterBench.run { bench in
            await bench.server.unplug(PrinterBench.busID)
            guard case .failedClean(let fault) = await bench.printer.print(Slips.make()) else {
                Issue.record("printed without a printer")
                return
            }
            #expect(fault.code == .usbNotFound && fault.device == "printer")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a replug between two jobs goes unnoticed by the second`() async throws {
        try await PrinterBench.run { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.server.unplug(PrinterBench.busID)
            await bench.server.plug(bench.device, at: PrinterBench.busID)
            #expect(await bench.printer.print(Slips.make(number: "0002")) == .confirmed)
            #expect(await bench.device.pages.count == 2)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a write that is never answered is unknown and never repeated`() async throws {
        try await PrinterBench.run(timing: PrinterBench.impatient) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            // The questions are answered; the document is taken and printed, but its transfer hangs.
            await bench.device.swallowNextWrite(longerThan: 16)
            let state = await bench.printer.print(Slips.make(number: "0002", patient: "乙某某"))
            #expect(state.name == "unknown")
            let count = await bench.device.pages.filter { $0.text.contains("乙某某") }.count
            #expect(count <= 1)
            #expect(await bench.printer.print(Slips.make(number: "0003")) == .confirmed)
            #expect(await bench.device.pages.filter { $0.text.contains("乙某某") && $0.isCut }.count <= 1)
            #expect(await bench.device.pages.last?.text.contains("乙某某") == false)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a jammed cutter is unknown, then a fault until it is freed`() async throws {
        try await PrinterBench.run { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.device.jamCutter()
            let state = await bench.printer.print(Slips.make(number: "0002"))
            guard case .unknown(let fault) = state else {
                Issue.record("\(state)")
                return
            }
            #expect(fault.detail.contains(FaultCode.printerCutter.rawValue))
            #expect(
                await bench.printer.print(Slips.make(number: "0003"))
                    == .failedClean(Fault(.printerCutter, device: "printer")))
            await bench.device.freeCutter()
            #expect(await bench.printer.print(Slips.make(number: "0004")) == .confirmed)
            let last = try #require(await bench.device.pages.last)
            #expect(last.text.contains("0004") && !last.text.contains("0002"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the answer to another fence confirms nothing`() async throws {
        var timing = PrinterBench.timing
        timing.completion = .milliseconds(500)
        try await PrinterBench.run(timing: timing) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.device.answerFences(with: Array("OLD!".utf8))
            #expect(await bench.printer.print(Slips.make(number: "0002")).name == "unknown")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `paper running low is a warning, not a refusal`() async throws {
        try await PrinterBench.run { bench in
            await bench.device.paperLow()
            #expect(await bench.printer.print(Slips.make()) == .confirmed)
            let status = await bench.printer.status()
            #expect(status.state == .ready && status.fault?.code == .printerPaperLow)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `garbage on the answer stream changes nothing`() async throws {
        try await PrinterBench.run { bench in
            var generator = SeededGenerator(seed: 20_261_122)
            for round in 1...3 {
                let noise = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) | 0x80 }
                await bench.device.sendNoise([0x37, 0x22] + noise)
                #expect(await bench.printer.print(Slips.make(number: "000\(round)")) == .confirmed)
            }
            #expect(await bench.device.pages.count == 3)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `broken and little-endian device ids, and no SOFT_RESET, are put up with`()
        async throws
    {
        for (style, hasID) in [
            (PrinterModel.DeviceIDStyle.bigEndian, true), (.littleEndian, true), (.tooShort, false),
        ] {
            var model = PrinterModel.wide
            model.deviceID = style
            model.softResetRequestType = hasID ? 0x23 : nil
            try await PrinterBench.run(model: model) { bench in
                #expect(await bench.printer.print(Slips.make()) == .confirmed)
                let identifier = await bench.printer.identifier
                #expect((identifier?.model == model.name) == hasID)
                #expect((identifier?.commandSets == ["ESC/POS"]) == hasID)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `shutting down ends a print that hangs, and later ones fail clean`()
        async throws
    {
        var timing = PrinterBench.timing
        timing.write = .seconds(30)
        try await PrinterBench.run(timing: timing) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.device.swallowNextWrite(longerThan: 16)
            let before = await bench.device.dataBytesReceived
            async let hanging = bench.printer.print(Slips.make(number: "0002"))
            #expect(await eventually { await bench.device.dataBytesReceived > before })
            let started = ContinuousClock.now
            await bench.printer.shutdown()
            #expect(await hanging.name == "unknown")
            // Without the cancelling it would last as long as the write, half a minute.
            #expect(ContinuousClock.now - started < .seconds(20))
            #expect(await bench.printer.print(Slips.make(number: "0003")).name == "failed-clean")
        }
    }
}
