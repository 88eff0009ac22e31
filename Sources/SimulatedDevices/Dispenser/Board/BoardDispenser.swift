import Foundation
import KioskPlatform
import Synchronization
import USBTransport

/// A medicine cabinet at the USB wire, behind which the controller's firmware image itself runs: in QEMU's `mps2-an386`
/// board, with its journal in an emulated EEPROM and simulated mechanics behind its motor bus.
///
/// The USB function is the one of `SimulatedDispenser`. The controller has power of its own: `kill` takes it away at
/// once, `start` gives it back.
public final class BoardDispenser: SimulatedUSBDevice {
    public static let emulator = "qemu-system-arm"

    private let function: CDCACMFunction
    private let motors: MotorDriverSimulation
    private let hostLine: BoardLine?
    private let hostSocket: String
    private let motorLine: BoardLine
    private let image: String
    private let bootloader: String?
    private let folder: String
    private let process = Mutex<BoardProcess?>(nil)
    /// Waits for a turn in which to take the power away.
    private let cut = Mutex<Task<Void, Never>?>(nil)
    /// Degrees Celsius.
    private let temperature = Mutex(18.0)

    /// The program's path, or nil where it is not installed.
    public static var emulatorPath: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(emulator)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A cabinet with so many boxes in each slot (0…255), its sockets, EEPROM, flash and ledger in `folder`.
    ///
    /// `image` is the firmware's ELF file; its bootloader, `…-boot.elf`, lies beside it. A fresh flash is delivered with
    /// this image as version 0.4.0. A program that is linked for the board's ROM runs without bootloader and flash.
    /// With `hostSocket` the host's line is a Unix socket at that path, on which whoever connects meets the controller, and
    /// the USB function here stays silent. Nothing runs until `start`. Throws `SystemCallError` where a file can't be used, `SimulatedCabinetError` for a
    /// slot out of range, `BoardError` without an image.
    public init(
        image: String, folder: String, slots: [Int: Int], motorTime: Duration = .milliseconds(300),
        serial: String = "CABINET-1", hostSocket: String? = nil
    ) throws {
        guard FileManager.default.isReadableFile(atPath: image) else { throw BoardError.noImage(image) }
        self.image = image
        self.folder = folder
        bootloader = try ELFImage(path: image).address == 0 ? nil : Self.bootloader(of: image)
        let flash = folder + "/flash.bin"
        if bootloader != nil, !FileManager.default.fileExists(atPath: flash) {
            try BoardFlash.deliver(
                try FirmwareImage(elf: image, board: Self.boardNumber, version: "0.4.0"), to: flash)
        }
        _ = try JournalFile(path: folder + "/eeprom.bin")
        let function = CDCACMFunction(serial: serial)
        self.function = function
        let motors = try MotorDriverSimulation(
            slots: try SimulatedDispenser.numbered(slots), turnTime: motorTime.inMilliseconds,
            ledgerPath: folder + "/drops")
        self.motors = motors
        motorLine = try BoardLine(path: folder + "/motors.sock", period: .milliseconds(5)) { motors.receive($0) }
        self.hostSocket = hostSocket ?? folder + "/host.sock"
        hostLine =
            hostSocket == nil
            ? try BoardLine(path: folder + "/host.sock") { bytes in
                if function.isListening { function.output.push(bytes) }
                return []
            } : nil
    }

    /// In an image's header.
    static let boardNumber: UInt16 = 1

    private static func bootloader(of image: String) throws(BoardError) -> String {
        let path = (image as NSString).deletingPathExtension + "-boot.elf"
        guard FileManager.default.isReadableFile(atPath: path) else { throw .noImage(path) }
        return path
    }

    deinit {
        cut.withLock { $0?.cancel() }
        process.withLock { $0 }?.kill()
        hostLine?.stop()
        motorLine.stop()
    }

    // MARK: Power

    /// Switches the board on and waits until it is connected. Throws `BoardError`.
    public func start() async throws {
        guard let program = Self.emulatorPath else { throw BoardError.noEmulator(Self.emulator) }
        let log = folder + "/board.log"
        let board = BoardProcess(program, arguments, logPath: log)
        process.withLock { $0 = board }
        let limit = ContinuousClock.now + .seconds(30)
        while !(hostLine?.isConnected ?? true && motorLine.isConnected) {
            guard !board.hasEnded, ContinuousClock.now < limit else {
                await kill()
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw BoardError.notRunning(String(text.suffix(500)))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        try await BoardMonitor.setTemperature(temperature.withLock { $0 }, at: monitor, thenRun: true)
    }

    private var monitor: String { folder + "/monitor.sock" }

    /// Takes its power away: SIGKILL to the emulator, by its process number.
    public func kill() async {
        guard let board = process.withLock({ $0 }) else { return }
        while !board.hasEnded {
            board.kill()
            try? await Task.sleep(for: .milliseconds(2))
        }
        while hostLine?.isConnected ?? false || motorLine.isConnected { try? await Task.sleep(for: .milliseconds(2)) }
    }

    /// Takes its power away in the middle of the next turn, before its box falls, and gives it back.
    public func cutPowerInNextTurn() {
        // The signal goes out in that very moment of the turn: a controller that lived on would see its motor stand.
        motors.interruptNextTurn(by: .powerLoss { [weak self] in self?.process.withLock { $0 }?.kill() })
        let waiting = Task { [weak self] in
            while self?.motors.hasLostPower == false {
                guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return }
            }
            await self?.kill()
            self?.motors.regainPower()
            do {
                try await self?.start()
            } catch {
                print("kiosk-lab: the board does not start again: \(error)")
            }
        }
        cut.withLock { former in
            former?.cancel()
            former = waiting
        }
    }

    /// The image hangs: its processor goes round in one place.
    public func hang() async throws {
        let socket = folder + "/debugger.sock"
        try await BoardMonitor.serveDebugger(on: socket, at: monitor)
        try await BoardDebugger.hang(at: socket)
    }

    /// Ends the board for good.
    public func stop() async {
        let waiting = cut.withLock(\.self)
        waiting?.cancel()
        await waiting?.value
        await kill()
        hostLine?.stop()
        motorLine.stop()
    }

    private var arguments: [String] {
        [
            "-machine", bootloader == nil ? "mps2-an386" : "mps2-an386,memory-backend=flash", "-nodefaults", "-display",
            "none", "-monitor", "none", "-kernel", bootloader ?? image,
            "-chardev", "socket,id=host,path=\(hostSocket)\(hostLine == nil ? ",server=on,wait=off" : "")", "-serial",
            "chardev:host",
            "-chardev", "socket,id=motors,path=\(folder)/motors.sock", "-serial", "chardev:motors",
            "-drive", "if=none,id=journal,file=\(folder)/eeprom.bin,format=raw",
            "-device", "at24c-eeprom,bus=i2c,address=0x50,rom-size=8192,drive=journal",
            "-device", "tmp105,bus=i2c,address=0x48,id=thermometer",
            // Begun by the monitor, once the thermometer has its temperature.
            "-S", "-qmp", "unix:\(monitor),server=on,wait=off",
        ] + flashArguments
    }

    /// The board's external RAM stands for its flash: a file that the emulator shares, so that it survives its end.
    private var flashArguments: [String] {
        guard bootloader != nil else { return [] }
        return [
            "-object",
            "memory-backend-file,id=flash,size=\(BoardFlash.size >> 20)M,mem-path=\(folder)/flash.bin,share=on",
        ]
    }

    // MARK: The wire

    public var deviceDescriptor: [UInt8] { function.deviceDescriptor }
    public var configurationDescriptor: [UInt8] { function.configurationDescriptor }
    public var strings: [String] { function.strings }

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        function.control(setup, data: data)
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == CDCACMFunction.bulkOut else { return .stall }
        hostLine?.write(bytes)
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        await function.send(upTo: length, endpoint: endpoint)
    }

    public func attached() async { function.setListening(false) }
    public func detached() async { function.setListening(false) }
}

// MARK: - The script, and what really happened

extension BoardDispenser {
    /// An update of this board: the same program under another version.
    public func update(version: String, seed: [UInt8]? = nil) throws -> [UInt8] {
        try FirmwareImage(elf: image, board: Self.boardNumber, version: version, seed: seed).bytes
    }

    /// The slot's motor blocks in the middle of its turns.
    public func jam(slot: Int) throws { try motors.change(try number(slot)) { $0.isJammed = true } }
    /// The next box of the slot hangs: it falls after so many extra quarter turns, by default not at all.
    public func noDrop(slot: Int, quarterTurns: Int = 100) throws {
        try motors.change(try number(slot)) {
            // Extra turns are counted from the full turn that begins here.
            $0.angle = 0
            $0.hangsFor = max(1, quarterTurns)
        }
    }
    /// A technician clears the slot and turns its motor home by hand.
    public func repair(slot: Int) throws {
        try motors.change(try number(slot)) { $0 = CabinetPlant.Slot(boxes: $0.boxes) }
    }
    /// Puts boxes into a slot.
    public func refill(slot: Int, boxes: Int) throws {
        try motors.change(try number(slot)) { $0.boxes += max(0, boxes) }
    }
    /// How warm it is between the boxes, in degrees Celsius; the board reads it every five minutes and at its start.
    public func setTemperature(_ degrees: Double) async throws {
        temperature.withLock { $0 = degrees }
        guard process.withLock({ $0.map { !$0.hasEnded } ?? false }) else { return }
        try await BoardMonitor.setTemperature(degrees, at: monitor, thenRun: false)
    }
    public func setDoor(open: Bool) { motors.setDoor(open: open) }
    public func setSensor(blind: Bool) { motors.setSensor(blind: blind) }
    /// The motor driver answers nothing any more from the middle of the next turn on, before its box falls.
    public func hangMotorBusInNextTurn() { motors.interruptNextTurn(by: .hang) }
    /// It answers again.
    public func wakeMotorBus() { motors.wake() }
    /// The motor driver loses power for a moment in the middle of the next turn, before its box falls, and what it
    /// counted.
    public func restartMotorDriverInNextTurn() { motors.interruptNextTurn(by: .restart) }

    /// Whether a turn is to be interrupted that has not begun, or not got so far.
    public var isToInterruptATurn: Bool { motors.isToInterruptATurn }

    /// Boxes that fell since the ledger's file began, whatever anybody believes.
    public var droppedBoxes: Int { motors.droppedBoxes }
    public func droppedBoxes(slot: Int) -> Int { motors.droppedBoxes(slot: slot) }

    private func number(_ slot: Int) throws(SimulatedCabinetError) -> UInt16 {
        guard let number = UInt16(exactly: slot) else { throw .noSuchSlot(slot) }
        return number
    }
}
