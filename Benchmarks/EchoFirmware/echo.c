// The peer of the cabinet controller's firmware: sends back each byte that comes over the host's line of mps2-an386,
// and does nothing else. Registers as in Firmware/Dispenser/Sources/Firmware/Boards/MPS2AN386.swift.
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

enum {
    UART = 0x40004000,
    DATA = UART,
    STATE = UART + 4,
    CONTROL = UART + 8,
    INTERRUPT = UART + 12,
    DIVIDER = UART + 16,
};

void reset_handler(void);
static void stand_still(void) {
    for (;;) __asm volatile("wfi");
}

__attribute__((section(".isr_vector.0"), used)) static const uint32_t initial_stack = 0x20010000;
__attribute__((section(".isr_vector.1"), used)) static void (*const handlers[15])(void) = {
    reset_handler, stand_still, stand_still, stand_still, stand_still, stand_still, stand_still, stand_still,
    stand_still, stand_still, stand_still, stand_still, stand_still, stand_still, stand_still,
};

void reset_handler(void) {
    __asm volatile("cpsid i");
    REGISTER(DIVIDER) = 25000000 / 115200;
    // Transmitter, receiver, and the receiver's interrupt, which only ends the sleep.
    REGISTER(CONTROL) = 1 | 2 | 8;
    REGISTER(0xE000E100) = 1;
    for (;;) {
        REGISTER(0xE000E280) = 1;
        REGISTER(INTERRUPT) = 2;
        while (REGISTER(STATE) & 2) {
            uint32_t byte = REGISTER(DATA);
            while (REGISTER(STATE) & 1) {}
            REGISTER(DATA) = byte;
            REGISTER(INTERRUPT) = 2;
        }
        __asm volatile("wfi");
    }
}
