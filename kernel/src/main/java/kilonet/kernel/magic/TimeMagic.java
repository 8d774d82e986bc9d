package kilonet.kernel.magic;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** {@code %time} and {@code %%time}: run once and say how long it took. */
final class TimeMagic implements Magic {
  @Override
  public List<String> names() {
    return List.of("time");
  }

  @Override
  public String help() {
    return "%time CODE, or %%time above a cell: runs it once and says how long it took.";
  }

  @Override
  public Object run(Call call) throws Throwable {
    if (call.text().isBlank()) {
      throw new MagicFailure("%time needs code, such as %time Math.sqrt(2).");
    }
    long cpu = cpuNanos();
    long start = System.nanoTime();
    try {
      return call.java().evaluate();
    } finally {
      double wall = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "wall %s, CPU of all threads %s, compilation included%n",
          kilonet.kernel.Timing.text(wall),
          kilonet.kernel.Timing.text((cpuNanos() - cpu) / 1e9));
    }
  }

  @Override
  public boolean takesJava() {
    return true;
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean bean
        ? bean.getProcessCpuTime()
        : 0;
  }
}
