import CCortexM

/// The processor's own timer and interrupt controller (ARMv7-M Architecture Reference Manual, B3).
enum CortexM4 {
    private static var sysTickControl: Register { Register(0xE000_E010) }
    private static var sysTickReload: Register { Register(0xE000_E014) }
    private static var sysTickValue: Register { Register(0xE000_E018) }
    private static var interruptState: Register { Register(0xE000_ED04) }
    private static var enable: Register { Register(0xE000_E100) }
    private static var clearPending: Register { Register(0xE000_E280) }

    private static var vectorTable: Register { Register(0xE000_ED08) }
    private static var resetControl: Register { Register(0xE000_ED0C) }

    /// Leaves this program for the one whose vector table lies there (B1.5.5).
    static func start(programAt address: UInt) -> Never {
        vectorTable.value = UInt32(address)
        cortexm_start(Register(address).value, Register(address + 4).value)
    }

    /// SYSRESETREQ (B3.2.6).
    static func reset() -> Never {
        resetControl.value = 0x05FA_0004
        while true {}
    }

    /// Ends the processor's sleep after so many clock cycles, again and again, and at these interrupts (0 to 31).
    static func wake(every cycles: UInt32, on interrupts: UInt32) {
        sysTickReload.value = cycles - 1
        sysTickValue.value = 0
        // Enabled, with its exception, from the processor's clock.
        sysTickControl.value = 7
        enable.value = interrupts
    }

    /// Sleeps until something happens. What wakes is masked and has no handler: it is looked at in the loop.
    static func sleep() {
        cortexm_wait_for_interrupt()
        // PENDSTCLR.
        interruptState.value = 1 << 25
        clearPending.value = .max
    }
}
