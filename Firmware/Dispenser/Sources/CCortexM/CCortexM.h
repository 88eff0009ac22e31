#pragma once
#include <stdint.h>
/* Instructions that Swift has no words for. */

static inline void cortexm_mask_interrupts(void) { __asm__ volatile("cpsid i" ::: "memory"); }

/* Sleeps until an interrupt is pending, masked or not. */
static inline void cortexm_wait_for_interrupt(void) { __asm__ volatile("dsb\n\twfi" ::: "memory"); }

/* Takes over another program's stack and goes to its first instruction. */
__attribute__((noreturn)) static inline void cortexm_start(uint32_t stack, uint32_t entry) {
    __asm__ volatile("msr msp, %0\n\tdsb\n\tisb\n\tbx %1" ::"r"(stack), "r"(entry) : "memory");
    __builtin_unreachable();
}
