import Dispenser
import Foundation
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Synchronization
import Testing
import USBTransport

/// The controller's firmware image in QEMU behind a USB/IP server, and the driver on the other side of the socket.
final class BoardLab: Sendable {
    static let busID = "1-4"

    let folder = TemporaryFolder("board")
    let server = USBIPServer()
    let host: USBIPHost
    let board: BoardDispenser
    /// How often an order that silence spoilt is given again.
    static let retries = 3

    private let slots: Int
    /// Slots that were given out, and boxes of orders that were given again.
    private let used = Mutex((slots: 0, spoiltBoxes: 0))

    /// Where `script/firmware build mps2-an386` puts the image.
    static let image = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../Firmware/Dispenser/.build-mps2-an386/mps2-an386.elf"
    ).standardized.path

    /// Whether there is what these tests need; says what is missing.
    static let isPossible: Bool = {
        if BoardDispenser.emulatorPath == nil {
            print("firmware tests skipped: qemu-system-arm is not installed (script/setup)")
            return false
        }
        if !FileManager.default.isReadableFile(atPath: image) {
            print("firmware tests skipped: no image at \(image) (script/firmware build mps2-an386)")
            return false
        }
        return true
    }()

    /// One slot an order, so that a slot's boxes are an order's boxes.
    init(slots: Int, motorTime: Duration = .milliseconds(300)) async throws {
        self.slots = min(slots, 256)
        let boxes = Dictionary(uniqueKeysWithValues: (0..<self.slots).map { ($0, 8) })
        board = try BoardDispenser(image: Self.image, folder: folder.path, slots: boxes, motorTime: motorTime)
        let port = try await server.start()
        host = USBIPHost(host: "127.0.0.1", port: port)
        try await board.start()
        await server.plug(board, at: Self.busID)
    }

    /// As after a restart of the daemon.
    func driver(_ limits: CabinetLimits = .board) -> CabinetDriver {
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        return CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: true)
    }

    /// A driver that has heard from the controller that its motor driver and slots are there.
    func readyDriver() async throws -> CabinetDriver {
        let driver = driver()
        await hearsItsMotors(driver)
        return driver
    }

    func hearsItsMotors(_ driver: CabinetDriver) async {
        await expectEventually(within: .seconds(20), "the controller hears its motor driver") {
            await driver.status().fault == nil
        }
    }

    /// A slot that no order was for.
    func freshSlot() -> Int {
        used.withLock { used in
            defer { used.slots += 1 }
            return used.slots % slots
        }
    }

    /// Boxes that fell in orders that `order` gave again.
    var spoiltBoxes: Int { used.withLock { $0.spoiltBoxes } }

    /// Gives an order for a fresh slot, to which `prepare` has done something; again where silence spoilt it.
    ///
    /// Where the motor driver, a thread of this process, gets no processor for 0.3 s, the image counts its light curtain
    /// as blind: it refuses, or says `unverified`, and is right. An image that says so without cause says so each time.
    /// A turn that is to be interrupted makes the order unverified; one that has not begun does not.
    func order(
        _ driver: CabinetDriver, slot: Int? = nil, prepare: (Int) throws -> Void = { _ in }
    ) async throws -> BoardOrder {
        let isToBeInterrupted = board.isToInterruptATurn
        var retries = 0
        while true {
            await hearsItsMotors(driver)
            let slot = slot ?? freshSlot()
            try prepare(slot)
            let before = board.droppedBoxes(slot: slot)
            do throws(Fault) {
                let order = try await carriedOut(driver, slot: slot)
                let isSpoilt = order.outcome == .unverified && isToBeInterrupted == board.isToInterruptATurn
                guard isSpoilt, retries < Self.retries else { return order }
                note(spoilt: order, boxes: board.droppedBoxes(slot: slot) - before)
            } catch {
                let isSilence = error.code == .dispenserRefused || error.code == .dispenserDoorOpen
                guard isSilence, retries < Self.retries else { throw error }
            }
            retries += 1
        }
    }

    private func carriedOut(_ driver: CabinetDriver, slot: Int) async throws(Fault) -> BoardOrder {
        let transaction = try await driver.highWaterMark() + 1
        let outcome = try await driver.dispense(transaction: transaction, slot: slot)
        return BoardOrder(transaction: transaction, slot: slot, outcome: outcome)
    }

    /// An order that silence spoilt, and that is given again.
    func note(spoilt order: BoardOrder, boxes: Int) {
        #expect(boxes <= 1, "transaction \(order.transaction), slot \(order.slot)")
        print("firmware: transaction \(order.transaction) is given again: the image heard too little of its motors")
        used.withLock { $0.spoiltBoxes += boxes }
    }

    func stop() async {
        await host.shutdown()
        await server.stop()
        await board.stop()
    }
}

/// An order that the board carried out.
struct BoardOrder: Sendable {
    let transaction: UInt32
    let slot: Int
    let outcome: DispenseOutcome
}

extension CabinetLimits {
    /// For an emulated controller on a loaded machine.
    static let board = CabinetLimits(
        reply: .milliseconds(1500), poll: .milliseconds(200), resolve: .seconds(25), motion: .seconds(30),
        reopen: .milliseconds(20))
}

/// Runs a body on a lab and takes the lab down, however the body ends.
func withBoard(slots: Int = 24, _ body: (BoardLab) async throws -> Void) async throws {
    let lab = try await BoardLab(slots: slots)
    do {
        try await body(lab)
        await lab.stop()
    } catch {
        await lab.stop()
        throw error
    }
}
