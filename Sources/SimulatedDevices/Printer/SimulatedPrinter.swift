import GlyphRaster
import KioskPlatform
import USBTransport

/// A receipt printer at the wire: USB printer class, ESC/POS, a receive buffer, sensors; its paper comes out as PNG.
///
/// Strict: a command that it doesn't know is recorded in `errors`. As in a real one, what it took while it could not
/// print stays in its buffer and comes out when the paper is back, unless it was cleared.
public actor SimulatedPrinter: SimulatedUSBDevice {
    public nonisolated let deviceDescriptor: [UInt8]
    public nonisolated let configurationDescriptor: [UInt8]
    public nonisolated let strings: [String]
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private static let output: UInt8 = 0x02
    private static let input: UInt8 = 0x81

    private nonisolated let thread: DeviceThread
    private nonisolated let replies = SimulatedEndpointQueue()
    private var model: PrinterModel
    private let files: PageFiles
    private let engine: PrintEngine
    private var scanner = RealTimeScanner()
    private var buffer: [UInt8] = []
    private var roomWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0
    private var flushes = 0

    private var hasPaper = true
    private var paperIsLow = false
    private var coverIsOpen = false
    private var isOnline = true
    private var cutterIsStuck = false
    private var cutterWillJam = false
    private var paperBudget: Int?
    private var lagBudget: Int?
    private var isLagging = false
    private var looksToPaperEnd: Int?
    private var swallowsLongerThan: Int?
    private var fenceAnswer: [UInt8]?
    private var reportsChanges = false
    private var lastReport: [UInt8] = []

    /// Every page that left the printer, in order.
    public private(set) var pages: [SimulatedPage] = []
    /// Bytes received that were no real-time commands.
    public private(set) var dataBytesReceived = 0
    /// Trouble with writing pages.
    public private(set) var failures: [String] = []

    /// Throws `glyphs` where no Chinese font is installed, `file` where the folder can't be made.
    public init(
        model: PrinterModel = .wide, serial: String = "LAB-PRINTER-1", outputDirectory: String
    ) throws(SimulatedPrinterError) {
        var builder = USBDescriptorBuilder(productID: 0x0007, product: model.name, serial: serial)
        builder.addInterface(
            number: 0,
            kind: USBInterfaceClass(interfaceClass: 7, subclass: 1, interfaceProtocol: model.hasInput ? 2 : 1),
            endpoints: [.bulk(Self.output, maxPacketSize: 64)]
                + (model.hasInput ? [.bulk(Self.input, maxPacketSize: 64)] : []))
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
        self.model = model
        files = try PageFiles(folder: outputDirectory)
        do throws(GlyphError) {
            engine = PrintEngine(width: model.dots, glyphs: try GlyphRenderer())
        } catch {
            throw .glyphs(error)
        }
        thread = DeviceThread(name: "sim-printer")
    }

    deinit { thread.stop() }

    /// What was wrong with what the host sent, in order; empty for a correct driver.
    public var errors: [String] { engine.errors }
    /// Bytes that wait to be printed.
    public var bufferedBytes: Int { buffer.count }

    // MARK: What a script does to it

    public func paperOut() { change { hasPaper = false } }

    /// New paper: what hung out of the printer is torn off, and what waits in the buffer is printed.
    public func loadPaper() {
        endPage(isCut: false)
        change {
            hasPaper = true
            paperIsLow = false
            paperBudget = nil
            isLagging = false
        }
    }

    public func paperLow() { change { paperIsLow = true } }
    public func coverOpen() { change { coverIsOpen = true } }
    public func coverClose() { change { coverIsOpen = false } }
    public func goOffline() { change { isOnline = false } }
    public func goOnline() { change { isOnline = true } }

    /// The next cut gets stuck.
    public func jamCutter() { cutterWillJam = true }

    /// Somebody freed the cutter; the printer goes on when the host tells it to recover.
    public func freeCutter() { cutterWillJam = false }

    /// The paper ends after this many more bytes have been processed.
    public func paperOutAfter(bytes: Int) { paperBudget = max(0, bytes) }

    /// The mechanism falls behind after this many more bytes: what is taken waits, and no sensor tells of it.
    ///
    /// `paperEndsAtLook`: the paper ends when the port status is asked for that many times from then on.
    public func lagAfter(bytes: Int, paperEndsAtLook looks: Int? = nil) {
        lagBudget = max(0, bytes)
        looksToPaperEnd = looks
    }

    /// The next write of more bytes than this is taken and printed, but its transfer is never answered.
    public func swallowNextWrite(longerThan bytes: Int = 0) { swallowsLongerThan = max(0, bytes) }

    /// Fences are answered with these four bytes instead of their own, as by a late answer to an earlier one.
    public func answerFences(with bytes: [UInt8]?) { fenceAnswer = bytes }

    /// Sends bytes that nobody asked for.
    public func sendNoise(_ bytes: [UInt8]) { replies.push(bytes) }

    /// Somebody switches it off and on, unplugged meanwhile: it forgets what it took.
    public func losePower() {
        scanner.reset()
        clearBuffers()
        reportsChanges = false
        cutterIsStuck = cutterWillJam
    }

    /// Somebody puts another printer in its place while it is unplugged; dots, endpoints and paper stay as they were.
    public func become(_ other: PrinterModel) {
        losePower()
        model = other
    }

    /// Tears off what hangs out of the printer.
    public func tearOff() { endPage(isCut: false) }

    // MARK: The wire

    public func control(_ setup: SimulatedSetup, data: [UInt8]) -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        case (0xA1, 0): return deviceID
        case (0xA1, 1):
            look()
            return [(hasPaper ? 0 : 0x20) | (isStopped ? 0 : 0x10) | (cutterIsStuck ? 0 : 0x08)]
        case (let type, 2) where type == model.softResetRequestType:
            clearBuffers()
            engine.initialize()
            reportsChanges = false
            return []
        default: return nil
        }
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.output else { return .stall }
        let answers = swallowsLongerThan.map { bytes.count <= $0 } ?? true
        if !answers { swallowsLongerThan = nil }
        let (commands, data) = scanner.scan(bytes)
        for command in commands { obey(command) }
        dataBytesReceived += data.count
        let flushes = self.flushes
        var rest = data[...]
        while !rest.isEmpty, flushes == self.flushes {
            let room = isStopped ? max(0, model.bufferSize - buffer.count) : rest.count
            buffer += rest.prefix(room)
            rest = rest.dropFirst(room)
            work()
            if !rest.isEmpty, isStopped, await !waitForRoom() { return .short(bytes.count - rest.count) }
        }
        return answers ? .done([]) : .hang
    }

    public nonisolated func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.input else { return .stall }
        return await replies.next(upTo: length)
    }

    public func attached() {}

    public func detached() {
        replies.removeAll()
        scanner.reset()
        reportsChanges = false
    }

    // MARK: The mechanism

    private var isStopped: Bool { !hasPaper || coverIsOpen || !isOnline || cutterIsStuck }

    private func look() {
        guard isLagging, let looks = looksToPaperEnd else { return }
        looksToPaperEnd = looks > 1 ? looks - 1 : nil
        if looks <= 1 { change { hasPaper = false } }
    }

    private func work() {
        var position = 0
        while !isStopped, !isLagging,
            let next = PrinterCommandParser.next(buffer[position...], chinese: engine.takesChinese)
        {
            guard Self.spend(next.length, of: &lagBudget) else {
                isLagging = true
                break
            }
            guard Self.spend(next.length, of: &paperBudget) else {
                change { hasPaper = false }
                break
            }
            position += next.length
            perform(next.command)
        }
        buffer.removeFirst(min(position, buffer.count))
        if !isStopped { wakeWaiters() }
    }

    /// False where the budget does not cover it: it is used up then.
    private static func spend(_ bytes: Int, of budget: inout Int?) -> Bool {
        guard let left = budget else { return true }
        budget = left >= bytes ? left - bytes : nil
        return left >= bytes
    }

    private func perform(_ command: PrinterCommand) {
        do {
            try engine.execute(command)
        } catch {
            failures.append("\(error)")
        }
        switch command {
        case .cut:
            if cutterWillJam { change { cutterIsStuck = true } } else { endPage(isCut: true) }
        case .automaticStatus(let mask):
            reportsChanges = mask != 0
            lastReport = []
            report()
        case .paperStatus(let n):
            if ![1, 0x31].contains(n) { engine.record("GS r \(n)") }
            if model.answersPaperStatus { reply([paperIsLow ? 0x03 : 0x00]) }
        case .fence(let id):
            if model.hasFence {
                reply([0x37, 0x22] + (fenceAnswer ?? id) + [0x00])
            }
        default: break
        }
    }

    private func reply(_ bytes: [UInt8]) {
        if !model.isMute { replies.push(bytes) }
    }

    private func endPage(isCut: Bool) {
        guard let page = engine.takePage() else { return }
        do {
            pages.append(try files.write(page, number: pages.count + 1, isCut: isCut))
        } catch {
            failures.append("\(error)")
        }
    }

    private func obey(_ command: RealTimeScanner.Command) {
        switch command {
        case .status(let question): reply([realTimeStatus(question)])
        case .recover(let clearing):
            guard cutterIsStuck, !cutterWillJam else { return }
            if clearing { clearBuffers() }
            change { cutterIsStuck = false }
        case .clearBuffers:
            clearBuffers()
            reply([0x37, 0x25, 0x00])
        case .unknown(let bytes):
            engine.record("unknown real-time command \(bytes.map { String($0, radix: 16) }.joined(separator: " "))")
        }
    }

    private func realTimeStatus(_ question: UInt8) -> UInt8 {
        let bits: UInt8 =
            switch question {
            case 1: isStopped ? 0x08 : 0
            case 2: (coverIsOpen ? 0x04 : 0) | (hasPaper ? 0 : 0x20) | (cutterIsStuck ? 0x40 : 0)
            case 3: cutterIsStuck ? 0x08 : 0
            default: (paperIsLow || !hasPaper ? 0x0C : 0) | (hasPaper ? 0 : 0x60)
            }
        return 0x12 | bits
    }

    private func report() {
        guard reportsChanges else { return }
        let first: UInt8 = 0x10 | (isStopped ? 0x08 : 0) | (coverIsOpen ? 0x20 : 0)
        let paper: UInt8 = (paperIsLow || !hasPaper ? 0x03 : 0) | (hasPaper ? 0 : 0x0C)
        let report = [first, cutterIsStuck ? 0x08 : 0, paper, 0]
        guard report != lastReport else { return }
        lastReport = report
        reply(report)
    }

    private func change(_ body: () -> Void) {
        let wasStopped = isStopped
        body()
        report()
        if wasStopped, !isStopped { work() }
    }

    private func clearBuffers() {
        buffer = []
        isLagging = false
        flushes += 1
        engine.initialize()
        wakeWaiters()
    }

    private func waitForRoom() async -> Bool {
        nextWaiter += 1
        let number = nextWaiter
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { roomWaiters[number] = continuation }
            }
        } onCancel: {
            Task { await self.wake(number) }
        }
        return !Task.isCancelled
    }

    private func wake(_ number: Int) { roomWaiters.removeValue(forKey: number)?.resume() }

    private func wakeWaiters() {
        for number in roomWaiters.keys { wake(number) }
    }

    private var deviceID: [UInt8] {
        let text = Array("MFG:Kiosk Lab;CMD:ESC/POS;MDL:\(model.name);CLS:PRINTER;".utf8)
        let length = text.count + 2
        let (high, low) = (UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF))
        return switch model.deviceID {
        case .bigEndian: [high, low] + text
        case .littleEndian: [low, high] + text
        case .tooShort: [0, 6] + text.prefix(4)
        }
    }
}
