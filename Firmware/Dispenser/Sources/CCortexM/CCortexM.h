#pragma once
/* Instructions that Swift has no words for. */

static inline void cortexm_mask_interrupts(void) { __asm__ volatile("cpsid i" ::: "memory"); }

/* Sleeps until an interrupt is pending, masked or not. */
static inline void cortexm_wait_for_interrupt(void) { __asm__ volatile("dsb\n\twfi" ::: "memory"); }
