package kilonet.kernel.jupyter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.CellInterruptedError;
import kilonet.kernel.Comm;
import kilonet.kernel.Display;
import kilonet.kernel.Frontend;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.jupyter.Channels.Channel;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.repl.Analysis;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.Repl;

/**
 * Answers the requests of Jupyter clients.
 *
 * <p>Requests of the shell channel run one after the other on the thread that calls {@link #run};
 * those of the control channel at once.
 */
public final class Kernel {
  private static final String VERSION = "0.1.0";
  private static final String PROTOCOL = "5.3";

  /** Cells whose classes are let go of when nobody asks for anything. */
  private static final int CELLS_WORTH_A_COLLECTION = 200;

  private static final int IDLE_SECONDS = 3;

  /** Cells whose classes are let go of although there is more to do. */
  private static final int CELLS_BETWEEN_COLLECTIONS = 1000;

  /** A request and the channel it came by. */
  private record Request(Channel channel, Message message) {}

  private final Channels channels;
  private final History history;
  private final Output output;
  private final Interrupter interrupter;
  private final Rendering rendering = new Rendering();
  private final ErrorReport errors = new ErrorReport();
  private final String session = UUID.randomUUID().toString();
  private final List<Path> classPath;
  private final List<String> notes;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Message> inputs = new LinkedBlockingQueue<>();
  private final Map<String, OpenComm> comms = new ConcurrentHashMap<>();
  private final Map<String, Comm.Handler> targets = new ConcurrentHashMap<>();
  private final List<Map<String, Object>> payload = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Header of the request that this thread, or the one that started it, works for. */
  private final InheritableThreadLocal<Map<String, Object>> parent = new InheritableThreadLocal<>();

  private volatile boolean warm;
  private volatile Message current;
  private Repl repl;
  private Magics magics;
  private Analysis analysis;
  private int count;
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
    parent.set(Map.of());
    output =
        new Output(
            (from, name, text) -> publish(from, "stream", Map.of("name", name, "text", text)),
            () -> parent.get() == null ? Map.of() : parent.get());
    interrupter = new Interrupter(output.lock(), this::tellCell);
  }

  /** Answers until a client asks for the end. */
  public void run() {
    preset("java.awt.headless", "true");
    preset("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // Deeplearning4j warns of the output size of every LossLayer, which it takes to be zero.
    preset("org.slf4j.simpleLogger.log.org.deeplearning4j.nn.conf.inputs.InputType", "error");
    publish(Map.of(), "status", Map.of("execution_state", "starting"));
    channels.start(this::received);
    System.setOut(output.stream("stdout"));
    System.setErr(output.stream("stderr"));
    System.setIn(new Stdin());
    Display.connect(new Front());
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) ->
            System.err.println(
                "Exception in thread "
                    + thread.getName()
                    + ":\n"
                    + String.join("\n", errors.of(thrown).traceback())));
    Thread cells = new Thread(null, this::answerAll, "cell", 16L << 20);
    cells.start();
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

  /** Asks the running cell to stop. */
  public void interrupt() {
    interrupter.interrupt();
  }

  /** Ends the kernel. */
  public void end() {
    ended.countDown();
  }

  private void warmUp() {
    repl = new Repl(classPath, interrupter, sentence -> System.err.println(sentence));
    rendering.use(repl.loader());
    magics = new Magics(repl, this::evaluate, rendering, interrupter);
    Thread.currentThread().setContextClassLoader(repl.loader());
    repl.importWherePresent(StandardImports.ALL);
    try {
      for (String cell : StandardImports.WARM_UP) {
        if (requests.isEmpty()) {
          repl.run(cell, "warm-up");
        }
      }
    } catch (Throwable e) {
      warnUnlessEnding("The first cell of all failed: " + e);
    }
    repl.reset();
    interrupter.end();
    analysis = new Analysis(repl);
  }

  private void answerAll() {
    parent.set(Map.of());
    try {
      warmUp();
    } catch (RuntimeException | LinkageError e) {
      if (ended.getCount() > 0) {
        Log.failure("The kernel cannot compile", e);
      }
      end();
      return;
    }
    warm = true;
    practise();
    beside(() -> Analysis.warmUp(classPath), "first completion");
    while (true) {
      try {
        Request request =
            cellsSinceCollection < CELLS_WORTH_A_COLLECTION
                ? requests.take()
                : requests.poll(IDLE_SECONDS, TimeUnit.SECONDS);
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

  /** Does what nobody waits for, as slowly as cells want it. */
  private void beside(Runnable work, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | LinkageError e) {
                warnUnlessEnding("The " + name + " was not prepared: " + e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    thread.start();
  }

  /** Uses the time until the first request to make the compiler's code fast. */
  private void practise() {
    try {
      for (int i = 0; i < StandardImports.PRACTICE && requests.isEmpty(); i++) {
        repl.run(StandardImports.WARM_UP.get(i % StandardImports.WARM_UP.size()), "practice");
      }
    } catch (Throwable e) {
      warnUnlessEnding("A cell for practice failed: " + e);
    }
    repl.reset();
    interrupter.end();
  }

  private void received(Channel channel, Message message) {
    switch (message.type()) {
      case "input_reply" -> inputs.add(message);
      case "interrupt_request" ->
          working(
              message,
              () -> {
                interrupter.interrupt();
                reply(channel, message, "interrupt_reply", ok());
              });
      case "shutdown_request" ->
          working(
              message,
              () -> {
                Map<String, Object> content = ok();
                content.put("restart", message.flag("restart", false));
                reply(channel, message, "shutdown_reply", content);
                publish(message.header(), "shutdown_reply", content);
                end();
                interrupter.interrupt();
              });
      default -> {
        boolean early = !warm && message.type().equals("kernel_info_request");
        if (channel == Channel.CONTROL || early) {
          answer(channel, message);
        } else {
          requests.add(new Request(channel, message));
        }
      }
    }
  }

  private void answer(Channel channel, Message message) {
    switch (message.type()) {
      case "execute_request" -> {
        if (channel == Channel.SHELL) {
          execute(message);
        }
      }
      case "kernel_info_request" ->
          working(message, () -> reply(channel, message, "kernel_info_reply", info()));
      case "complete_request" ->
          working(message, () -> reply(channel, message, "complete_reply", complete(message)));
      case "inspect_request" ->
          working(message, () -> reply(channel, message, "inspect_reply", inspect(message)));
      case "is_complete_request" ->
          working(message, () -> reply(channel, message, "is_complete_reply", isComplete(message)));
      case "history_request" ->
          working(
              message,
              () -> {
                Map<String, Object> content = ok();
                content.put("history", history.answer(message));
                reply(channel, message, "history_reply", content);
              });
      case "comm_info_request" ->
          working(message, () -> reply(channel, message, "comm_info_reply", commInfo(message)));
      case "comm_open" -> working(message, () -> commOpened(message));
      case "comm_msg" -> working(message, () -> commReceived(message));
      case "comm_close" -> working(message, () -> comms.remove(message.text("comm_id", "")));
      default -> {
        working(message, () -> {});
        Log.warn("A message of the unknown type " + message.type() + " was left unanswered.");
      }
    }
  }

  /** Does something between the states busy and idle. */
  private void working(Message message, Runnable work) {
    Map<String, Object> before = parent.get();
    parent.set(message.header());
    publish(message.header(), "status", Map.of("execution_state", "busy"));
    try {
      work.run();
    } catch (RuntimeException | LinkageError e) {
      Log.warn("A " + message.type() + " failed: " + e);
    } finally {
      output.flush();
      publish(message.header(), "status", Map.of("execution_state", "idle"));
      parent.set(before);
    }
  }

  private static Map<String, Object> ok() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", "ok");
    return content;
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
    Map<String, Object> content = ok();
    content.put("protocol_version", PROTOCOL);
    content.put("implementation", "kilonet-kernel");
    content.put("implementation_version", VERSION);
    content.put("language_info", language);
    content.put(
        "banner",
        "Kilonet kernel " + VERSION + ", Java " + Runtime.version() + ". %help lists the magics.");
    content.put("debugger", false);
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

  private void execute(Message request) {
    waitingBehind.clear();
    cellsSinceCollection++;
    working(request, () -> executeNow(request));
    abortThoseBehind();
  }

  private void executeNow(Message request) {
    String code = request.text("code", "");
    boolean silent = request.flag("silent", false);
    boolean stored = request.flag("store_history", !silent) && !silent;
    if (stored) {
      count++;
    }
    if (!silent) {
      publish(request.header(), "execute_input", Map.of("code", code, "execution_count", count));
    }
    String label = "cell " + (stored ? String.valueOf(count) : "(unnumbered)");
    current = request;
    payload.clear();
    inputs.clear();
    interrupter.begin();
    if (!silent) {
      notes.forEach(this::tellCell);
      notes.clear();
    }
    Map<String, Object> content = new LinkedHashMap<>();
    ErrorReport.Report report = null;
    String shown = null;
    try {
      Object value = magics.run(code, label);
      if (value != Repl.NOTHING && !(value instanceof Display) && !silent) {
        MimeBundle bundle = rendering.render(value);
        shown = String.valueOf(bundle.data().get("text/plain"));
        output.flush();
        publish(
            request.header(),
            "execute_result",
            Map.of("execution_count", count, "data", bundle.data(), "metadata", bundle.metadata()));
      }
      content.put("status", "ok");
      content.put("execution_count", count);
      content.put("user_expressions", userExpressions(request));
      content.put("payload", List.copyOf(payload));
    } catch (Throwable e) {
      report = report(e);
    }
    interrupter.end();
    Thread.currentThread().setContextClassLoader(repl.loader());
    current = null;
    output.flush();
    if (stored) {
      history.add(count, code, shown);
    }
    if (report != null) {
      Map<String, Object> error = error(report);
      publish(request.header(), "error", error);
      content.put("status", "error");
      content.put("execution_count", count);
      content.putAll(error);
      content.put("user_expressions", Map.of());
      content.put("payload", List.of());
    }
    if (report != null && request.flag("stop_on_error", true)) {
      // Before the reply: what a client sends once it knows of the error is meant to run.
      requests.drainTo(waitingBehind);
    }
    reply(Channel.SHELL, request, "execute_reply", content);
  }

  private static Map<String, Object> error(ErrorReport.Report report) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("ename", report.name());
    error.put("evalue", report.value());
    error.put("traceback", report.traceback());
    return error;
  }

  private ErrorReport.Report report(Throwable thrown) {
    try {
      return reportOf(thrown);
    } catch (RuntimeException e) {
      // Whatever an error holds, the request is answered.
      return new ErrorReport.Report(thrown.getClass().getName(), String.valueOf(e), List.of());
    }
  }

  private ErrorReport.Report reportOf(Throwable thrown) {
    boolean interrupted = interrupter.end();
    if (thrown instanceof CompileFailure failure) {
      return errors.of(failure);
    }
    if (interrupted && causedByInterrupt(thrown)) {
      // The trace of an error made by Thread.stop is that of the thread that stopped the cell.
      Throwable where = new CellInterruptedError();
      where.setStackTrace(interrupter.stoppedAt());
      return errors.interrupted(where);
    }
    return errors.of(thrown);
  }

  private static boolean causedByInterrupt(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth++ < 50; t = t.getCause()) {
      String name = t.getClass().getSimpleName();
      if (t instanceof CellInterruptedError
          || name.contains("Interrupt")
          || name.equals("ThreadDeath")) {
        return true;
      }
    }
    return false;
  }

  private Map<String, Object> userExpressions(Message request) {
    Map<String, Object> results = new LinkedHashMap<>();
    if (request.content().get("user_expressions") instanceof Map<?, ?> wanted) {
      wanted.forEach(
          (name, expression) -> {
            String source = String.valueOf(expression);
            Map<String, Object> result = new LinkedHashMap<>();
            try {
              MimeBundle bundle = rendering.render(repl.run(source, "user expression"));
              result.put("status", "ok");
              result.put("data", bundle.data());
              result.put("metadata", bundle.metadata());
            } catch (Throwable e) {
              result.put("status", "error");
              result.putAll(error(report(e)));
            }
            results.put(String.valueOf(name), result);
          });
    }
    return results;
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
              reply(request.channel(), request.message(), "execute_reply", content);
            });
      } else {
        answer(request.channel(), request.message());
      }
    }
  }

  private Object evaluate(String cell, String label) throws Throwable {
    errors.remember(label, cell);
    return repl.run(cell, label);
  }

  private Map<String, Object> complete(Message request) {
    String code = request.text("code", "");
    int points = code.codePointCount(0, code.length());
    int cursor =
        code.offsetByCodePoints(
            0, Math.max(0, Math.min(request.number("cursor_pos", points), points)));
    Analysis.Completion completion = magics.complete(code, cursor);
    if (completion == null) {
      completion = analysis.complete(magics.java(code), cursor);
    }
    List<Object> types = new ArrayList<>();
    List<Object> matches = new ArrayList<>();
    int start = code.codePointCount(0, completion.start());
    int end = code.codePointCount(0, completion.end());
    for (Analysis.Match match : completion.matches()) {
      matches.add(match.text());
      Map<String, Object> type = new LinkedHashMap<>();
      type.put("text", match.text());
      type.put("start", start);
      type.put("end", end);
      type.put("type", match.kind());
      type.put("signature", match.signature());
      types.add(type);
    }
    Map<String, Object> content = ok();
    content.put("matches", matches);
    content.put("cursor_start", start);
    content.put("cursor_end", end);
    content.put("metadata", Map.of("_jupyter_types_experimental", types));
    return content;
  }

  private Map<String, Object> inspect(Message request) {
    String code = request.text("code", "");
    int points = code.codePointCount(0, code.length());
    int cursor =
        code.offsetByCodePoints(
            0, Math.max(0, Math.min(request.number("cursor_pos", points), points)));
    MimeBundle found = magics.inspect(code, cursor);
    if (found == null) {
      found = analysis.inspect(magics.java(code), cursor);
    }
    Map<String, Object> content = ok();
    content.put("found", found != null);
    content.put("data", found == null ? Map.of() : found.data());
    content.put("metadata", Map.of());
    return content;
  }

  private Map<String, Object> isComplete(Message request) {
    String code = request.text("code", "");
    String status = magics.isMagic(code) ? "complete" : repl.completeness(magics.java(code));
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", status);
    if (status.equals("incomplete")) {
      content.put("indent", indent(code));
    }
    return content;
  }

  /** Blanks for the next line: those of the last one, four more behind an opening bracket. */
  private static String indent(String code) {
    String line = code.substring(code.stripTrailing().lastIndexOf('\n') + 1).stripTrailing();
    String blanks = line.substring(0, line.length() - line.stripLeading().length());
    return line.endsWith("{") || line.endsWith("(") || line.endsWith("[")
        ? blanks + "    "
        : blanks;
  }

  private Map<String, Object> commInfo(Message request) {
    String target = request.text("target_name", null);
    Map<String, Object> open = new LinkedHashMap<>();
    comms.forEach(
        (id, comm) -> {
          if (target == null || target.equals(comm.target)) {
            open.put(id, Map.of("target_name", comm.target));
          }
        });
    Map<String, Object> content = ok();
    content.put("comms", open);
    return content;
  }

  private void commOpened(Message message) {
    String id = message.text("comm_id", "");
    String target = message.text("target_name", "");
    Comm.Handler handler = targets.get(target);
    if (handler == null) {
      publish(message.header(), "comm_close", Map.of("comm_id", id, "data", Map.of()));
      return;
    }
    OpenComm comm = new OpenComm(id, target);
    comms.put(id, comm);
    handler.opened(comm, data(message));
  }

  private void commReceived(Message message) {
    OpenComm comm = comms.get(message.text("comm_id", ""));
    if (comm != null && comm.listener != null) {
      comm.listener.received(data(message));
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> data(Message message) {
    return message.content().get("data") instanceof Map<?, ?> data
        ? (Map<String, Object>) data
        : Map.of();
  }

  private final class OpenComm implements Comm {
    private final String id;
    private final String target;
    private volatile Listener listener;

    OpenComm(String id, String target) {
      this.id = id;
      this.target = target;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void listen(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(Map<String, Object> data) {
      output.flush();
      publish(parentHere(), "comm_msg", Map.of("comm_id", id, "data", data));
    }

    @Override
    public void close() {
      comms.remove(id);
      publish(parentHere(), "comm_close", Map.of("comm_id", id, "data", Map.of()));
    }
  }

  private Map<String, Object> parentHere() {
    Map<String, Object> header = parent.get();
    return header == null ? Map.of() : header;
  }

  private Map<String, Object> header(String type) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("session", session);
    header.put("username", "kernel");
    header.put("date", DateTimeFormatter.ISO_INSTANT.format(ZonedDateTime.now(ZoneOffset.UTC)));
    header.put("msg_type", type);
    header.put("version", PROTOCOL);
    return header;
  }

  /** Shows a sentence of the kernel's on the standard error of the cell that runs. */
  private void tellCell(String sentence) {
    Message cell = current;
    Map<String, Object> text = Map.of("name", "stderr", "text", sentence + "\n");
    publish(cell == null ? parentHere() : cell.header(), "stream", text);
  }

  private void publish(Map<String, Object> from, String type, Map<String, Object> content) {
    List<byte[]> topic = List.of(type.getBytes(StandardCharsets.US_ASCII));
    channels.send(Channel.IOPUB, new Message(topic, header(type), from, Map.of(), content));
  }

  private void reply(Channel channel, Message request, String type, Map<String, Object> content) {
    channels.send(
        channel,
        new Message(request.identities(), header(type), request.header(), Map.of(), content));
  }

  private final class Front implements Frontend {
    @Override
    public void publish(String type, Map<String, Object> content) {
      output.flush();
      Kernel.this.publish(parentHere(), type, content);
    }

    @Override
    public String input(String prompt, boolean password) {
      Message request = current;
      if (request == null || !request.flag("allow_stdin", false)) {
        throw new IllegalStateException(
            "This front end cannot ask the user; run the notebook in Jupyter, or give the value in"
                + " the cell.");
      }
      output.flush();
      channels.send(
          Channel.STDIN,
          new Message(
              request.identities(),
              header("input_request"),
              request.header(),
              Map.of(),
              Map.of("prompt", prompt, "password", password)));
      try {
        return inputs.take().text("value", "");
      } catch (InterruptedException e) {
        throw new CellInterruptedError();
      }
    }

    @Override
    public void page(MimeBundle bundle) {
      payload.add(Map.of("source", "page", "data", bundle.data(), "start", 0));
    }

    @Override
    public MimeBundle render(Object value) {
      return rendering.render(value);
    }

    @Override
    public void register(Renderer<?> renderer) {
      rendering.register(renderer);
    }

    @Override
    public void comm(String target, Comm.Handler handler) {
      targets.put(target, handler);
    }
  }

  /** {@code System.in}: asks the front end for a line at a time. */
  private static final class Stdin extends InputStream {
    private byte[] line = new byte[0];
    private int at;

    private boolean fill() {
      if (at == line.length) {
        line = (Display.input("") + "\n").getBytes(StandardCharsets.UTF_8);
        at = 0;
      }
      return at < line.length;
    }

    @Override
    public int read() {
      return fill() ? line[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int n = Math.min(length, line.length - at);
      System.arraycopy(line, at, bytes, offset, n);
      at += n;
      return n;
    }

    @Override
    public int available() {
      return line.length - at;
    }
  }

  /**
   * Waits until the session is ready for cells.
   *
   * @param seconds at most
   * @return whether it is
   * @throws InterruptedException if interrupted
   */
  public boolean awaitReady(int seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!warm && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    return warm;
  }
}
