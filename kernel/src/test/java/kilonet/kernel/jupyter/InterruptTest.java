package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An interrupt always returns; the next cell answers, with all variables. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InterruptTest {
  private static final String BUSY = "System.out.println(\"begun\");\n";
  private static final Map<String, String> CELLS = new LinkedHashMap<>();
  private static final Map<String, Double> SECONDS = new LinkedHashMap<>();

  static {
    CELLS.put("busy loop", "while (true) { kept++; kept--; }");
    CELLS.put(
        "library loop",
        "org.apache.commons.io.IOUtils.copyLarge(\n"
            + "    new FileInputStream(\"/dev/zero\"), OutputStream.nullOutputStream())");
    CELLS.put("stream", "Stream.iterate(1, i -> i + 1).filter(i -> i < 0).findFirst()");
    CELLS.put(
        "parallel stream", "IntStream.range(0, 4).parallel().forEach(i -> { while (true); })");
    CELLS.put("sleep", "Thread.sleep(600_000)");
    CELLS.put("wait", "synchronized (lock) { lock.wait(); }");
    CELLS.put("park", "while (true) java.util.concurrent.locks.LockSupport.park();");
    CELLS.put("monitor", "hold(); synchronized (lock) { }");
    CELLS.put("lock", "hold(); owned.lock()");
    CELLS.put("join", "new CompletableFuture<String>().join()");
    CELLS.put("accept", "new ServerSocket(0).accept()");
    CELLS.put(
        "socket read",
        "var server = new ServerSocket(0);\n"
            + "new Socket(\"localhost\", server.getLocalPort()).getInputStream().read()");
    CELLS.put("process", "new ProcessBuilder(\"sleep\", \"60\").start().getInputStream().read()");
    CELLS.put(
        "fifo",
        "new ProcessBuilder(\"mkfifo\", fifo).start().waitFor();\n"
            + "new FileInputStream(fifo).read()");
    CELLS.put("big number", "BigInteger.valueOf(3).pow(200_000_000).bitLength()");
    CELLS.put(
        "finally loop", "try { while (true); } finally { while (true) Thread.onSpinWait(); }");
    CELLS.put("caught Error", "while (true) { try { kept++; kept--; } catch (Throwable e) { } }");
    CELLS.put("continue", "while (true) { try { continue; } catch (Error e) { continue; } }");
    CELLS.put(
        "static initializer", "class Endless { static { while (kept > 0); } }\nnew Endless()");
    CELLS.put(
        "recursion",
        "void down() { try { down(); } catch (Throwable e) { down(); } finally { down(); } }\n"
            + "down()");
    CELLS.put("queue", "new SynchronousQueue<String>().take()");
    CELLS.put("semaphore", "new Semaphore(0).acquireUninterruptibly()");
    CELLS.put("thread", "Thread.currentThread().join()");
    CELLS.put("selector", "java.nio.channels.Selector.open().select()");
    CELLS.put("sort", "var all = new Integer[4]; while (true) Arrays.sort(all, (a, b) -> 0);");
    CELLS.put("rendering", "new Object() { public String toString() { while (true); } }");
    CELLS.put("script", "%bash echo begun; sleep 60");
  }

  @TempDir static Path folder;
  private static KernelProcess kernel;

  static Stream<String> kinds() {
    return CELLS.keySet().stream();
  }

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
    Outcome set =
        kernel.run(
            "int kept = 7;\nObject lock = new Object();\n"
                + "var owned = new java.util.concurrent.locks.ReentrantLock();\nString fifo = \""
                + folder.resolve("fifo")
                + "\";\n"
                + "void hold() throws Exception {\n"
                + "  var held = new CountDownLatch(1);\n"
                + "  Thread other = new Thread(() -> { synchronized (lock) { owned.lock();"
                + " held.countDown(); try { Thread.sleep(600_000); } catch (Exception e) { } }"
                + " });\n"
                + "  other.setDaemon(true); other.start(); held.await();\n"
                + "}");
    assertThat(set.status()).as(set.traceback()).isEqualTo("ok");
  }

  @AfterAll
  static void stop() {
    kernel.close();
    // The table of the documentation; nothing depends on it.
    SECONDS.forEach(
        (kind, seconds) ->
            System.out.println(Runtime.version().feature() + " | " + kind + " | " + seconds));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anInterruptReturns(String kind) throws IOException {
    kernel.run("lock = new Object(); owned = new java.util.concurrent.locks.ReentrantLock();");
    String cell = CELLS.get(kind);
    Message request = kernel.execute(cell.startsWith("%") ? cell : BUSY + cell);
    Message message = kernel.published();
    while (!message.type().equals("stream")) {
      message = kernel.published();
    }
    long start = System.nanoTime();
    kernel.interrupt();
    Outcome outcome = kernel.outcome(request);
    SECONDS.put(kind, (System.nanoTime() - start) / 1e9);
    assertThat(outcome.reply().content()).as(outcome.traceback()).containsEntry("status", "error");
    assertThat(outcome.traceback()).contains("KeyboardInterrupt");
    assertThat(kernel.run("kept > 5 ? \"kept\" : \"lost\"").value()).isEqualTo("kept");
  }
}
