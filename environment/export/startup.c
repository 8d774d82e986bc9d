/*
 * The least that a Cortex-M3 needs to start a program that talks by semihosting, and a count of what
 * it takes: on a board whose clock goes by a nanosecond an instruction (qemu's -icount shift=0), the
 * system timer's 12.5 MHz have one tick for 80 instructions. See check.sh.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SYSTICK ((volatile uint32_t *)0xE000E010) /* control, reload value, current value */
#define MOST 0xFFFFFFu
#define INSTRUCTIONS_A_TICK 80u

extern uint32_t stack_end[], data_start[], data_end[], data_in_flash[], bss_start[], bss_end[];
extern void initialise_monitor_handles(void);
int main(void);
void start(void);

void start(void) {
  uint32_t *from = data_in_flash;
  for (uint32_t *to = data_start; to < data_end; to++) {
    *to = *from++;
  }
  for (uint32_t *to = bss_start; to < bss_end; to++) {
    *to = 0;
  }
  initialise_monitor_handles();
  SYSTICK[1] = MOST;
  SYSTICK[2] = 0;
  SYSTICK[0] = 5;
  const int status = main();
  const uint32_t ticks = MOST - SYSTICK[2];
  fprintf(stderr, "instructions %lu\n", (unsigned long)ticks * INSTRUCTIONS_A_TICK);
  exit(status);
}

static void stop(void) {
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_end, (void *)start, (void *)stop, (void *)stop, (void *)stop, (void *)stop, (void *)stop};

/* newlib's exit calls them. */
void _init(void) {}
void _fini(void) {}
