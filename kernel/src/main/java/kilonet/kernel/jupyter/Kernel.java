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

  private static final int IDLE_SECONDS = 3;

  /** How long nobody must have asked for anything before the kernel practises. */
  private static final int PAUSE_MILLIS = 20;

  private final Channels channels;
  private final History history;
  private final Outbox outbox;
  private final Output output;
  private final Interrupter interrupter;
  private final Rendering rendering = new Rendering();
  private final ErrorReport errors = new ErrorReport();
  private final Comms comms;
  private final NotebookFront front;
  private final Worker worker = new Worker("cell");
  private final Busy busy;
  private final Questions questions;
  private final Execution execution;
  private final Cells cells;
  private final Heap heap = new Heap();
  private final List<Path> classPath;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Request> asides = new LinkedBlockingQueue<>();
  private final CountDownLatch warm = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private Repl repl;
  private Assistant assistant;
  private Debugger debugger;
  private Practice practice;

  /**
   * A kernel.
   *
   * @param connection where it will listen
   * @param classPath what cells see
   * @param historyFile where earlier cells are kept
   * @param notes sentences that the first cell shows on its standard error
   */
  public Kernel(Connection connection, List<Path> classPath, Path historyFile, List<String> notes) {
    this.classPath = classPath;
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
          worker.leave(thread);
        });
    execution = new Execution(outbox, output, interrupter, rendering, errors, front, worker);
    busy = new Busy(outbox, output);
    questions = new Questions(outbox, busy, this::leaveQuestion);
    cells = new Cells(outbox, busy, history, execution, requests, notes);
  }

  /**
   * Gets the compiler ready, and beside it the sockets.
   *
   * @throws IOException if an address is taken
   */
  public void open() throws IOException {
    preset("java.awt.headless", "true");
    preset("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // Deeplearning4j warns of the output size of every LossLayer, which it takes to be zero.
    preset("org.slf4j.simpleLogger.log.org.deeplearning4j.nn.conf.inputs.InputType", "error");
    Thread.setDefaultUncaughtExceptionHandler(new Uncaught(errors));
    outbox.state(Map.of(), "starting");
    System.setOut(output.stream("stdout"));
    System.setErr(output.stream("stderr"));
    System.setIn(new Stdin());
    Display.connect(front);
    start("kernel-shell", 16, this::answerAll);
    channels.open();
  }

  /** Answers, once it is open, until a client asks for the end. */
  public void run() {
    channels.start(this::received);
    start("kernel-control", 1, this::answerAsides);
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    output.flush();
    channels.close();
  }

  private static void start(String name, int megabytesOfStack, Runnable body) {
    Thread thread = new Thread(null, body, name, (long) megabytesOfStack << 20);
    thread.setDaemon(true);
    thread.start();
  }

  private static void preset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
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
    Magics magics = new Magics(repl, errors::remember, rendering, interrupter);
    Thread.currentThread().setContextClassLoader(repl.loader());
    repl.standardImports(StandardImports.ALL);
    front.use(magics);
    debugger =
        new Debugger(
            repl, rendering, event -> outbox.publish(outbox.parent(), "debug_event", event));
    execution.use(repl, magics, debugger);
    execution.limit(startup.timeoutMillis());
    assistant = new Assistant(repl, magics, new Analysis(repl));
    practice =
        new Practice(
            repl, worker, interrupter, questions, assistant, requests, this::warnUnlessEnding);
    practice.start();
    if (startup.hasScripts()) {
      practice.onCellThread(() -> startup.run(magics, cells::note));
      practice.cellHasRun();
    }
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
        if (request == null && !practice.isDone()) {
          request = requests.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
          if (request == null) {
            practice.step();
            continue;
          }
        }
        if (request == null) {
          request =
              heap.isWorthCollecting()
                  ? requests.poll(IDLE_SECONDS, TimeUnit.SECONDS)
                  : requests.take();
        }
        if (request == null || heap.mustBeCollected()) {
          heap.collect();
        }
        if (request != null) {
          answer(request);
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
        answer(asides.take());
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
    Request request = new Request(channel, message);
    switch (message.type()) {
      case "input_reply" -> front.answered(message);
      case "interrupt_request" ->
          busy.with(
              message,
              () -> {
                interrupter.interrupt();
                outbox.reply(channel, message, "interrupt_reply", Outbox.ok());
              });
      case "shutdown_request" ->
          busy.with(
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
          answer(request);
        } else {
          requests.add(request);
        }
      }
      case "complete_request",
          "inspect_request",
          "is_complete_request",
          "history_request",
          "comm_info_request",
          "debug_request" ->
          (channel == Channel.CONTROL ? asides : requests).add(request);
      case "execute_request", "comm_open", "comm_msg", "comm_close" -> requests.add(request);
      default -> {
        busy.with(message, () -> {});
        Log.warn("A message of the unknown type " + message.shortType() + " was left unanswered.");
      }
    }
  }

  private void answer(Request request) {
    Message message = request.message();
    switch (message.type()) {
      case "execute_request" -> execute(request);
      case "kernel_info_request" -> reply(request, "kernel_info_reply", KernelInfo::content);
      case "complete_request" ->
          questions.answer(
              request,
              "complete_reply",
              () -> assistant.complete(message),
              () -> Assistant.nothingToComplete(message));
      case "inspect_request" ->
          questions.answer(
              request,
              "inspect_reply",
              () -> assistant.inspect(message),
              () -> Assistant.inspection(null));
      case "is_complete_request" ->
          questions.answer(
              request,
              "is_complete_reply",
              () -> assistant.isComplete(message),
              () -> new LinkedHashMap<>(Map.of("status", "unknown")));
      case "history_request" -> reply(request, "history_reply", () -> history.answer(message));
      case "debug_request" ->
          questions.answer(
              request,
              "debug_reply",
              () -> {
                outbox.workFor(message.header());
                return debugger.answer(message.content());
              },
              () -> debugger.noAnswer(message.content()));
      case "comm_info_request" -> reply(request, "comm_info_reply", () -> comms.info(message));
      default -> busy.with(message, () -> comm(message));
    }
  }

  private void reply(Request request, String type, Questions.Answer answer) {
    Message message = request.message();
    busy.with(message, () -> outbox.reply(request.channel(), message, type, answer.content()));
  }

  private void leaveQuestion() {
    repl.leaveCompiler();
    assistant.renew();
  }

  private void execute(Request request) {
    heap.cellRuns();
    List<Request> behind = cells.run(request, () -> recover(request.message().header()));
    practice.cellHasRun();
    for (Request waiting : behind) {
      if (waiting.message().type().equals("execute_request")) {
        cells.abort(waiting);
      } else {
        answer(waiting);
      }
    }
  }

  /** Goes on after the heap was full, or ends where what the variables hold still fills it. */
  private void recover(Map<String, Object> header) {
    try {
      if (heap.hasRoom()) {
        execution.reserve();
        return;
      }
      outbox.tell(header, Heap.fullSentence());
      outbox.state(header, "idle");
    } catch (OutOfMemoryError e) {
      // There is not even room to say so.
    }
    end();
  }

  /** Runs what a cell has registered for a comm; its errors are the user's to see. */
  private void comm(Message message) {
    try {
      worker.run(
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

  /** Shows a sentence of the kernel's on the standard error of the cell that runs. */
  private void tellCell(String sentence) {
    Message cell = front.current();
    outbox.tell(cell == null ? outbox.parent() : cell.header(), sentence);
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
