/* The least that a Cortex-M3 needs to start a program that talks by semihosting; see check.sh. */
#include <stdint.h>
#include <stdlib.h>

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
  exit(main());
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
