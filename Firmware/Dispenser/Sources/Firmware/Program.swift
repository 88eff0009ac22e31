#if !BOOTLOADER
import CCortexM
import DispenserKit

/// The cabinet's controller: peripherals up, journal read, then the controller's loop for ever.
@main enum Program {
    static func main() {
        HostBoard.start()
        var bus = MotorBusMaster(link: HostBoard.motorLink())
        withUnsafeMutablePointer(to: &bus) { run(MotorBusPointer($0)) }
    }

    private static func run(_ bus: MotorBusPointer) {
        var clock = HostBoard.clock()
        var storage = EEPROM(lines: HostBoard.eepromLines())
        storage.recover()
        let board = CabinetBoard(bus: bus, boot: HandOver.take())
        var controller = Controller(board: board, storage: storage)
        while true {
            HostBoard.kickWatchdog()
            bus.master.pointee.poll(now: clock.milliseconds())
            controller.poll()
            HostBoard.rest()
        }
    }
}
#endif
