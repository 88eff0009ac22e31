import CCortexM
import DispenserKit

@section(".isr_vector.0") @used let initialStack: UInt32 = 0x2001_BF00

typealias Handler = @convention(c) () -> Void

/// Reset, NMI, hard fault and the other faults, as the architecture numbers them. No interrupt has a handler: they are
/// masked, and only end the processor's sleep.
@section(".isr_vector.1") @used let handlers: InlineArray<15, Handler> = [
    resetHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler,
    faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler,
]

/// Where the linker script puts this program's vector table.
private var programStart: UInt {
    #if BOOTLOADER
    HostBoard.flashStart
    #else
    UInt(HostBoard.target.loadAddress)
    #endif
}

@c(reset_handler) public func resetHandler() {
    cortexm_mask_interrupts()
    initialiseMemory()
    Program.main()
}

/// A fault, or the watchdog's warning: stand still, and the watchdog resets. The journal knows what was under way.
@c(fault_handler) public func faultHandler() {
    while true { cortexm_wait_for_interrupt() }
}

/// Copies what .data begins with and clears .bss, by the five words that the linker script leaves at 0x400.
private func initialiseMemory() {
    let layout = programStart + 0x400
    var source = UInt(Register(layout).value)
    var target = UInt(Register(layout + 4).value)
    let dataEnd = UInt(Register(layout + 8).value)
    while target < dataEnd {
        Register(target).value = Register(source).value
        target += 4
        source += 4
    }
    target = UInt(Register(layout + 12).value)
    let bssEnd = UInt(Register(layout + 16).value)
    while target < bssEnd {
        Register(target).value = 0
        target += 4
    }
}
