package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.Display;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.content.Version;
import kilonet.kernel.debug.Debugger;
import kilonet.kernel.jupyter.Channels.Channel;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.repl.Analysis;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.Repl;

/**
 * Answers the requests of Jupyter clients.
 *
 * <p>Requests of the shell channel are answered one after the other, those of the control channel
 * beside them. Whatever runs the user's code or the compiler does so on a {@link Worker}, so that
 * nothing that hangs keeps the kernel from going on.
 */
public final class Kernel {

  /** Cells whose classes are let go of when nobody asks for anything. */
  private static final int CELLS_WORTH_A_COLLECTION = 200;

  private static final int IDLE_SECONDS = 3;

  /** How long nobody must have asked for anything before the kernel practises. */
  private static final int PAUSE_MILLIS = 20;

  private static final int PRACTICE_AT_ONCE = 10;

  /** Cells whose classes are let go of although there is more to do. */
  private static final int CELLS_BETWEEN_COLLECTIONS = 1000;

  /** How long an answer to a question about code may take. */
  private static final int ANSWER_SECONDS = 10;

  /** Bytes of heap that the next cell needs to be compiled and run. */
  private static final long NEEDED = 24L << 20;

  /** A request and the channel it came by. */
  private record Request(Channel channel, Message message) {}

  private final Channels channels;
  private final History history;
  private final Outbox outbox;
  private final Output output;
  private final Interrupter interrupter;
  private final Rendering rendering = new Rendering();
  private final ErrorReport errors = new ErrorReport();
  private final Comms comms;
  private final NotebookFront front;
  private final Worker cells = new Worker("cell");
  private final Worker questions = new Worker("kernel-questions");
  private final Execution execution;
  private final List<Path> classPath;
  private final List<String> notes;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Request> asides = new LinkedBlockingQueue<>();
  private final CountDownLatch warm = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private Repl repl;
  private Assistant assistant;
  private Debugger debugger;

  /** Makes completion ready; null before it has begun. */
  private Thread warming;

  private int count;

  /** Cells that were run, be it for practice. */
  private int practised;

  private int cellsSinceCollection;

  /** Requests that were waiting when the last cell failed. */
  private final List<Request> waitingBehind = new ArrayList<>();

  /**
   * A kernel that listens.
   *
   * @param connection where
   * @param classPath what cells see
   * @param historyFile where earlier cells are kept
   * @param notes sentences that the first cell shows on its standard error
   * @throws IOException if an address is taken
   */
  public Kernel(Connection connection, List<Path> classPath, Path historyFile, List<String> notes)
      throws IOException {
    this.classPath = classPath;
    this.notes = new ArrayList<>(notes);
    channels = new Channels(connection);
    history = new History(historyFile);
    outbox = new Outbox(channels);
    output =
        new Output(
            (from, name, text) ->
                outbox.publish(from, "stream", Map.of("name", name, "text", text)),
            outbox::parent);
    comms = new Comms(outbox, output);
    front = new NotebookFront(outbox, output, rendering, comms);
    interrupter = new Interrupter(output.lock(), this::tellCell);
    interrupter.whenStuck(
        thread -> {
          repl.leaveCompiler();
          cells.leave(thread);
        });
    execution = new Execution(outbox, output, interrupter, rendering, errors, front, cells);
  }

  /** Answers until a client asks for the end. */
  public void run() {
    preset("java.awt.headless", "true");
    preset("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // Deeplearning4j warns of the output size of every LossLayer, which it takes to be zero.
    preset("org.slf4j.simpleLogger.log.org.deeplearning4j.nn.conf.inputs.InputType", "error");
    Thread.setDefaultUncaughtExceptionHandler(this::uncaught);
    outbox.state(Map.of(), "starting");
    channels.start(this::received);
    System.setOut(output.stream("stdout"));
    System.setErr(output.stream("stderr"));
    System.setIn(new Stdin());
    Display.connect(front);
    new Thread(null, this::answerAll, "kernel-shell", 16L << 20).start();
    Thread control = new Thread(null, this::answerAsides, "kernel-control", 1L << 20);
    control.setDaemon(true);
    control.start();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    output.flush();
    channels.close();
  }

  private static void preset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private void uncaught(Thread thread, Throwable thrown) {
    try {
      if (Channels.isEssential(thread)) {
        Log.failure("The thread " + thread.getName() + " has died, the kernel with it", thrown);
        Runtime.getRuntime().halt(1);
      }
      System.err.println(
          "Exception in thread "
              + thread.getName()
              + ":\n"
              + String.join("\n", errors.of(thrown).traceback()));
    } catch (Throwable e) {
      // Deaf or dumb is worse than dead: Jupyter starts a kernel anew that has ended.
      Runtime.getRuntime().halt(1);
    }
  }

  /** Asks the running cell to stop. */
  public void interrupt() {
    interrupter.interrupt();
  }

  /** Ends the kernel. */
  public void end() {
    ended.countDown();
  }

  private void warmUp() {
    Startup startup = new Startup(System.getenv());
    List<Path> path = new ArrayList<>(classPath);
    path.addAll(startup.classPath());
    repl =
        new Repl(
            path, startup.compilerOptions(), interrupter, sentence -> System.err.println(sentence));
    rendering.use(repl.loader());
    Magics magics = new Magics(repl, this::evaluate, rendering, interrupter);
    Thread.currentThread().setContextClassLoader(repl.loader());
    repl.standardImports(StandardImports.ALL);
    front.use(magics);
    debugger =
        new Debugger(
            repl, rendering, event -> outbox.publish(outbox.parent(), "debug_event", event));
    execution.use(repl, magics, debugger);
    execution.limit(startup.timeoutMillis());
    assistant = new Assistant(repl, magics, new Analysis(repl));
    rehearse();
    if (startup.hasScripts()) {
      onCellThread(() -> startup.run(magics, notes::add));
    }
  }

  /** Runs each of some cells once, so that the first real one finds what it needs loaded. */
  private void rehearse() {
    onCellThread(
        () -> {
          for (String cell : StandardImports.WARM_UP) {
            repl.run(cell, "practice");
          }
        });
    repl.reset();
  }

  /** Does, while nobody asks for anything, what makes later answers fast. */
  private void prepare() {
    if (warming == null) {
      warmAssistant();
    } else if (!warming.isAlive()) {
      practise();
    }
  }

  /** Makes the compiler's code fast while nobody asks, by cells that leave no trace. */
  private void practise() {
    practised += PRACTICE_AT_ONCE;
    onCellThread(
        () -> {
          for (int i = 0; i < PRACTICE_AT_ONCE && requests.isEmpty(); i++) {
            repl.run(StandardImports.WARM_UP.get(0), "practice");
          }
        });
  }

  /** Something that cells do before the first request. */
  private interface Early {
    void run() throws Throwable;
  }

  private void onCellThread(Early work) {
    try {
      cells.run(
          () -> {
            interrupter.begin();
            try {
              work.run();
            } finally {
              interrupter.end();
            }
            return null;
          });
    } catch (Throwable e) {
      warnUnlessEnding("Something failed before the first cell: " + e);
    }
  }

  private Object evaluate(String cell, String label) throws Throwable {
    errors.remember(label, cell);
    return repl.run(cell, label);
  }

  private void answerAll() {
    outbox.workFor(Map.of());
    try {
      warmUp();
    } catch (RuntimeException | LinkageError e) {
      if (ended.getCount() > 0) {
        Log.failure("The kernel cannot compile", e);
      }
      end();
      return;
    }
    warm.countDown();
    while (true) {
      try {
        Request request = requests.poll();
        if (request == null && practised < StandardImports.PRACTICE) {
          request = requests.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
          if (request == null) {
            prepare();
            continue;
          }
        }
        if (request == null) {
          request =
              cellsSinceCollection < CELLS_WORTH_A_COLLECTION
                  ? requests.take()
                  : requests.poll(IDLE_SECONDS, TimeUnit.SECONDS);
        }
        if (request == null || cellsSinceCollection >= CELLS_BETWEEN_COLLECTIONS) {
          // The serial collector unloads the classes of past cells in full collections only, and
          // by itself it waits until there are thousands.
          cellsSinceCollection = 0;
          System.gc();
        }
        if (request != null) {
          answer(request.channel(), request.message());
        }
      } catch (InterruptedException e) {
        // An interrupt that came too late for its cell.
      } catch (OutOfMemoryError e) {
        recover(Map.of());
      } catch (Throwable e) {
        warnUnlessEnding("A request could not be answered: " + e);
      }
    }
  }

  /** What comes by the control channel is answered while a cell runs. */
  private void answerAsides() {
    try {
      warm.await();
    } catch (InterruptedException e) {
      return;
    }
    while (true) {
      try {
        Request request = asides.take();
        answer(request.channel(), request.message());
      } catch (Throwable e) {
        warnUnlessEnding("A request could not be answered: " + e);
      }
    }
  }

  /** What the end stops is no failure. */
  private void warnUnlessEnding(String sentence) {
    if (ended.getCount() > 0) {
      Log.warn(sentence);
    }
  }

  private void received(Channel channel, Message message) {
    switch (message.type()) {
      case "input_reply" -> front.answered(message);
      case "interrupt_request" ->
          working(
              message,
              () -> {
                interrupter.interrupt();
                outbox.reply(channel, message, "interrupt_reply", Outbox.ok());
              });
      case "shutdown_request" ->
          working(
              message,
              () -> {
                Map<String, Object> content = Outbox.ok();
                content.put("restart", message.flag("restart", false));
                outbox.reply(channel, message, "shutdown_reply", content);
                outbox.publish(message.header(), "shutdown_reply", content);
                end();
                interrupter.interrupt();
              });
      case "kernel_info_request" -> {
        // Early on, and by the control channel, nothing is to keep it waiting.
        if (channel == Channel.CONTROL || warm.getCount() > 0) {
          answer(channel, message);
        } else {
          requests.add(new Request(channel, message));
        }
      }
      case "complete_request",
          "inspect_request",
          "is_complete_request",
          "history_request",
          "comm_info_request",
          "debug_request" ->
          (channel == Channel.CONTROL ? asides : requests).add(new Request(channel, message));
      case "execute_request", "comm_open", "comm_msg", "comm_close" ->
          requests.add(new Request(channel, message));
      default -> {
        working(message, () -> {});
        Log.warn(
            "A message of the unknown type " + shortened(message.type()) + " was left unanswered.");
      }
    }
  }

  private static String shortened(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }

  private void answer(Channel channel, Message message) {
    switch (message.type()) {
      case "execute_request" -> execute(channel, message);
      case "kernel_info_request" ->
          working(message, () -> outbox.reply(channel, message, "kernel_info_reply", info()));
      case "complete_request" ->
          question(
              channel,
              message,
              "complete_reply",
              () -> assistant.complete(message),
              () -> Assistant.nothingToComplete(message));
      case "inspect_request" ->
          question(
              channel,
              message,
              "inspect_reply",
              () -> assistant.inspect(message),
              () -> Assistant.inspection(null));
      case "is_complete_request" ->
          question(
              channel,
              message,
              "is_complete_reply",
              () -> assistant.isComplete(message),
              () -> new LinkedHashMap<>(Map.of("status", "unknown")));
      case "history_request" ->
          working(
              message,
              () -> {
                Map<String, Object> content = Outbox.ok();
                content.put("history", history.answer(message));
                outbox.reply(channel, message, "history_reply", content);
              });
      case "debug_request" ->
          question(
              channel,
              message,
              "debug_reply",
              () -> {
                outbox.workFor(message.header());
                return debugger.answer(message.content());
              },
              () -> debugger.noAnswer(message.content()));
      case "comm_info_request" ->
          working(
              message,
              () -> outbox.reply(channel, message, "comm_info_reply", comms.info(message)));
      default -> working(message, () -> comm(message));
    }
  }

  /** Does something between the states busy and idle. */
  private void working(Message message, Runnable work) {
    Map<String, Object> before = outbox.parent();
    outbox.workFor(message.header());
    outbox.state(message.header(), "busy");
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      Log.warn("A " + message.type() + " failed: " + e);
    } finally {
      output.flush();
      outbox.state(message.header(), "idle");
      outbox.workFor(before);
    }
  }

  /** An answer to a question. */
  private interface Answer {
    Map<String, Object> content();
  }

  /** Answers what may hang or fail; there is an answer in any case. */
  private void question(
      Channel channel, Message message, String type, Answer answer, Answer otherwise) {
    working(
        message,
        () -> {
          Map<String, Object> content;
          try {
            // One at a time: there is one analysis.
            synchronized (questions) {
              content = asked(answer);
            }
          } catch (Worker.LeftBehind e) {
            Log.warn("A " + message.type() + " took too long and was given up.");
            repl.leaveCompiler();
            assistant.renew();
            content = otherwise.content();
          } catch (Throwable e) {
            Log.warn("A " + message.type() + " failed: " + e);
            content = otherwise.content();
          }
          outbox.reply(channel, message, type, content);
        });
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> asked(Answer answer) throws Throwable {
    return (Map<String, Object>) questions.run(answer::content, ANSWER_SECONDS);
  }

  /** Makes the next completion as fast as the others, beside whatever else there is to do. */
  private void warmAssistant() {
    warming =
        new Thread(
            () -> {
              try {
                synchronized (questions) {
                  assistant.warmUp();
                }
              } catch (RuntimeException | Error e) {
                warnUnlessEnding("The completion could not be made ready: " + e);
              }
            },
            "kernel-warming");
    warming.setDaemon(true);
    warming.setPriority(Thread.MIN_PRIORITY);
    warming.start();
  }

  /** Runs what a cell has registered for a comm; its errors are the user's to see. */
  private void comm(Message message) {
    try {
      cells.run(
          () -> {
            outbox.workFor(message.header());
            interrupter.begin();
            try {
              return interrupter.run(
                  () -> {
                    comms.take(message);
                    return null;
                  });
            } finally {
              interrupter.end();
            }
          });
    } catch (Worker.LeftBehind e) {
      // The user has been told.
    } catch (Throwable e) {
      System.err.println(String.join("\n", execution.report(e, false).traceback()));
    }
  }

  private Map<String, Object> info() {
    Map<String, Object> language = new LinkedHashMap<>();
    language.put("name", "java");
    language.put("version", Runtime.version().toString());
    language.put("mimetype", "text/x-java-source");
    language.put("file_extension", ".java");
    language.put("pygments_lexer", "java");
    language.put("codemirror_mode", "text/x-java");
    language.put("nbconvert_exporter", "script");
    Map<String, Object> content = Outbox.ok();
    content.put("protocol_version", Outbox.PROTOCOL);
    content.put("implementation", "kilonet-kernel");
    content.put("implementation_version", Version.NUMBER);
    content.put("language_info", language);
    content.put(
        "banner",
        "Kilonet kernel "
            + Version.NUMBER
            + ", Java "
            + Runtime.version()
            + ". %help lists the magics.");
    content.put("debugger", true);
    content.put("supported_features", List.of("debugger"));
    int feature = Runtime.version().feature();
    content.put(
        "help_links",
        List.of(
            Map.of(
                "text",
                "Java " + feature + " API",
                "url",
                "https://docs.oracle.com/en/java/javase/" + feature + "/docs/api/"),
            Map.of("text", "Deeplearning4j", "url", "https://deeplearning4j.konduit.ai/"),
            Map.of("text", "XChart", "url", "https://knowm.org/open-source/xchart/"),
            Map.of("text", "Tablesaw", "url", "https://jtablesaw.github.io/tablesaw/")));
    return content;
  }

  private void execute(Channel channel, Message request) {
    waitingBehind.clear();
    cellsSinceCollection++;
    practised++;
    working(request, () -> executeNow(channel, request));
    abortThoseBehind();
  }

  private void executeNow(Channel channel, Message request) {
    String code = request.text("code", "");
    boolean silent = request.flag("silent", false);
    boolean stored = request.flag("store_history", !silent) && !silent;
    if (stored) {
      count++;
    }
    if (!silent) {
      outbox.publish(
          request.header(), "execute_input", Map.of("code", code, "execution_count", count));
      notes.forEach(note -> tell(request.header(), note));
      notes.clear();
    }
    Execution.Outcome outcome = execution.run(request, count, stored);
    if (outcome.failed() && request.flag("stop_on_error", true)) {
      // Before the reply: what a client sends once it knows of the error is meant to run.
      requests.drainTo(waitingBehind);
    }
    outbox.reply(channel, request, "execute_reply", outcome.content());
    if (stored) {
      // Nobody has to wait for the disk.
      history.add(count, code, outcome.shown());
    }
    if (outcome.memoryWasFull()) {
      recover(request.header());
    }
    if (warming != null && !warming.isAlive() && assistant.isOutdated()) {
      warmAssistant();
    }
  }

  /** Goes on after the heap was full, or ends where what the variables hold still fills it. */
  private void recover(Map<String, Object> header) {
    try {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
      if (free >= NEEDED) {
        execution.reserve();
        return;
      }
      tell(
          header,
          "The notebook's variables fill the memory of "
              + (runtime.maxMemory() >> 20)
              + " MB, so that no cell can run any more. The kernel ends here and Jupyter starts a"
              + " new one; install it with --jvm-arg -Xmx and a larger size, or keep less.");
      outbox.state(header, "idle");
    } catch (OutOfMemoryError e) {
      // There is not even room to say so.
    }
    end();
  }

  /** Cells that wait behind one that failed do not run. */
  private void abortThoseBehind() {
    for (Request request : waitingBehind) {
      if (request.message().type().equals("execute_request")) {
        working(
            request.message(),
            () -> {
              Map<String, Object> content = new LinkedHashMap<>();
              content.put("status", "aborted");
              content.put("execution_count", count);
              outbox.reply(request.channel(), request.message(), "execute_reply", content);
            });
      } else {
        answer(request.channel(), request.message());
      }
    }
  }

  /** Shows a sentence of the kernel's on the standard error of the cell that runs. */
  private void tellCell(String sentence) {
    Message cell = front.current();
    tell(cell == null ? outbox.parent() : cell.header(), sentence);
  }

  private void tell(Map<String, Object> header, String sentence) {
    outbox.publish(header, "stream", Map.of("name", "stderr", "text", sentence + "\n"));
  }

  /**
   * Waits until the session is ready for cells.
   *
   * @param seconds at most
   * @return whether it is
   * @throws InterruptedException if interrupted
   */
  public boolean awaitReady(int seconds) throws InterruptedException {
    return warm.await(seconds, TimeUnit.SECONDS);
  }
}
