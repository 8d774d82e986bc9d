package kilonet.kernel.install;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.kernel.repl.ClassPathIndex;

/**
 * A kernel as Jupyter finds it: a folder with {@code kernel.json}, the jars, and an archive of
 * loaded classes that halves the time to start.
 */
final class KernelSpec {
  private static final String KERNEL_JARS = "lib/kernel/";
  private static final String NOTEBOOK_JARS = "lib/notebook/";

  /** What lies in the folder beside kernel.json, which is written last. */
  private static final Set<String> PARTS =
      Set.of("lib", "packages.txt", "kernel.jsa", "logo-svg.svg");

  /** How JVMs begin to say why they do not start. */
  private static final String NO_REASON =
      "Error: Could not create the Java Virtual Machine\\.|Error: A fatal exception has"
          + " occurred\\. Program will exit\\.|Error occurred during initialization of .*";

  private final Path folder;

  KernelSpec(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Jupyter's folder for data of this user. */
  static Path userData() {
    String set = System.getenv("JUPYTER_DATA_DIR");
    if (set != null && !set.isBlank()) {
      return Path.of(set);
    }
    Path home = Path.of(System.getProperty("user.home"));
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (os.contains("mac")) {
      return home.resolve("Library").resolve("Jupyter");
    }
    if (os.contains("windows")) {
      String data = System.getenv("APPDATA");
      return (data == null ? home : Path.of(data)).resolve("jupyter");
    }
    String data = System.getenv("XDG_DATA_HOME");
    return (data == null || data.isBlank()
            ? home.resolve(".local").resolve("share")
            : Path.of(data))
        .resolve("jupyter");
  }

  /** The prefix of the active Python. */
  static Path pythonPrefix() throws IOException {
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      String prefix = System.getenv(variable);
      if (prefix != null && !prefix.isBlank()) {
        return Path.of(prefix);
      }
    }
    try {
      Process python =
          new ProcessBuilder("python3", "-c", "import sys; print(sys.prefix)")
              .redirectErrorStream(true)
              .start();
      String prefix =
          new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (python.waitFor() == 0 && !prefix.isEmpty()) {
        return Path.of(prefix);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // No Python; the sentence below says what to do.
    }
    throw new IOException("No active Python was found for --sys-prefix; use --prefix DIR.");
  }

  /**
   * Installs; replaces what is there.
   *
   * @throws IOException if that cannot be; what was there is still there, unless the disk failed
   */
  void install(String displayName, boolean cuda, List<String> jvmArgs)
      throws IOException, InterruptedException {
    needJdk();
    Path self = self();
    boolean bundled = isBundle(self);
    if (cuda && !hasCuda(self, bundled)) {
      throw new IOException(
          "This jar holds no CUDA backend; build it with mvn -Pcuda package, or use --backend"
              + " cpu.");
    }
    Optional<String> refusal = refusal(jvm(jvmArgs));
    if (refusal.isPresent()) {
      throw new IOException(
          "Java does not start with '"
              + String.join(" ", jvmArgs)
              + "': "
              + refusal.get()
              + ". Give --jvm-arg what "
              + System.getProperty("java.home")
              + " knows.");
    }
    List<Path> kernelJars = new ArrayList<>();
    List<Path> notebookJars = new ArrayList<>();
    if (bundled) {
      uninstallIfPresent();
      extract(self, kernelJars, notebookJars);
    } else {
      // Run from a build's classes: they stay where they are.
      Files.createDirectories(folder);
      kernelJars.addAll(classPath());
      notebookJars.addAll(kernelJars);
    }
    if (!cuda) {
      notebookJars.removeIf(Gpu::isBackend);
    }
    List<String> command = command(kernelJars, notebookJars, jvmArgs);
    if (bundled) {
      Path packages = folder.resolve("packages.txt");
      ClassPathIndex.write(notebookJars, packages);
      command.add(1, "-Dkilonet.packages=" + packages);
    }
    Path archive = folder.resolve("kernel.jsa");
    Files.deleteIfExists(archive);
    boolean archived = bundled && archive(command, archive);
    if (archived) {
      command.add(1, "-XX:SharedArchiveFile=" + archive);
    }
    command.add("run");
    command.add("{connection_file}");
    try (InputStream logo = KernelSpec.class.getResourceAsStream("logo-svg.svg")) {
      if (logo != null) {
        Files.copy(logo, folder.resolve("logo-svg.svg"), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.writeString(folder.resolve("kernel.json"), json(command, displayName));
  }

  private static void needJdk() throws IOException {
    if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
      throw new IOException(
          "This Java ("
              + System.getProperty("java.home")
              + ") has no compiler; install a JDK, 17 or newer, and run this again with it.");
    }
  }

  private static Path self() {
    try {
      return Path.of(KernelSpec.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .toList();
  }

  private static boolean hasCuda(Path self, boolean bundled) throws IOException {
    if (!bundled) {
      return classPath().stream().anyMatch(Gpu::isBackend);
    }
    try (JarFile jar = new JarFile(self.toFile())) {
      return jar.stream()
          .filter(entry -> entry.getName().startsWith(NOTEBOOK_JARS))
          .anyMatch(entry -> Gpu.isBackend(Path.of(entry.getName())));
    }
  }

  private static boolean isBundle(Path self) throws IOException {
    if (!Files.isRegularFile(self)) {
      return false;
    }
    try (JarFile jar = new JarFile(self.toFile())) {
      return jar.stream().anyMatch(entry -> entry.getName().startsWith(KERNEL_JARS));
    }
  }

  private void extract(Path self, List<Path> kernelJars, List<Path> notebookJars)
      throws IOException {
    try (JarFile jar = new JarFile(self.toFile())) {
      Enumeration<JarEntry> entries = jar.entries();
      while (entries.hasMoreElements()) {
        JarEntry entry = entries.nextElement();
        String name = entry.getName();
        boolean kernel = name.startsWith(KERNEL_JARS);
        if (!name.endsWith(".jar") || !kernel && !name.startsWith(NOTEBOOK_JARS)) {
          continue;
        }
        Path target = folder.resolve(name).normalize();
        if (!target.startsWith(folder)) {
          throw new IOException("The jar holds an entry that points outside: " + name);
        }
        Files.createDirectories(target.getParent());
        try (InputStream in = jar.getInputStream(entry)) {
          Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!name.endsWith("-sources.jar")) {
          (kernel ? kernelJars : notebookJars).add(target);
        }
      }
    }
    kernelJars.sort(Comparator.naturalOrder());
    notebookJars.sort(Comparator.naturalOrder());
    // Renderers, which cells' libraries need beside them, are in the kernel's own jar.
    kernelJars.stream()
        .filter(jar -> jar.getFileName().toString().startsWith("kilonet-kernel"))
        .forEach(notebookJars::add);
  }

  /** What starts the kernel's Java, but for the class path. */
  static List<String> jvm(List<String> jvmArgs) {
    Path java =
        Path.of(
            System.getProperty("java.home"),
            "bin",
            System.getProperty("os.name").startsWith("Windows") ? "java.exe" : "java");
    int feature = Runtime.version().feature();
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    // One collector thread and no spare heap: notebooks are many, and mostly idle. There can be one
    // collector only: who asks for another gets that.
    if (jvmArgs.stream().noneMatch(arg -> arg.matches("-XX:\\+Use\\w+GC"))) {
      command.add("-XX:+UseSerialGC");
    }
    command.addAll(List.of("-Xms24m", "-Xss2m"));
    command.add("-Xlog:disable");
    // Compiled, these methods of ND4J's let go of arrays whose memory native code still reads.
    command.add("-XX:CompileCommand=quiet");
    command.add(
        "-XX:CompileCommand=exclude,org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner::*");
    // The engine's vector code is slow until it is compiled: after a tenth of the usual calls.
    command.add("-XX:CompileCommand=CompileThresholdScaling,kilonet.fused.Vector*::*,0.1");
    if (canTrim(Runtime.version(), System.getProperty("os.name"))) {
      // What the JIT compilers used goes back to the system: a tenth of the resident memory.
      command.add("-XX:TrimNativeHeapInterval=5000");
    }
    for (String name : List.of("api", "code", "comp", "tree", "util")) {
      command.add("--add-exports=jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED");
    }
    // So that the compilers, the kernel's and JShell's, come to an end whatever the source.
    command.add("--add-opens=jdk.compiler/com.sun.tools.javac.comp=ALL-UNNAMED");
    command.add("--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED");
    // %env sets variables for the code of cells.
    command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
    if (feature < 18) {
      // Since then it is so by itself; before, the locale C would make question marks of letters.
      command.add("-Dfile.encoding=UTF-8");
    }
    if (ModuleFinderHolder.hasVectors()) {
      command.add("--add-modules=jdk.incubator.vector");
    }
    if (feature >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    if (feature >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(jvmArgs);
    return command;
  }

  static List<String> command(
      List<Path> kernelJars, List<Path> notebookJars, List<String> jvmArgs) {
    List<String> command = jvm(jvmArgs);
    command.add("-Dkilonet.classpath=" + path(notebookJars));
    command.add("-cp");
    command.add(path(kernelJars));
    command.add("kilonet.kernel.Main");
    return command;
  }

  /** What a JVM says that does not start; nothing if it does. */
  static Optional<String> refusal(List<String> jvm) throws IOException, InterruptedException {
    List<String> trial = new ArrayList<>(jvm);
    trial.add("-version");
    Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() == 0) {
      return Optional.empty();
    }
    String reason =
        said.lines()
            .map(String::strip)
            .filter(text -> !text.isEmpty() && !text.startsWith("WARNING: Using incubator"))
            .filter(text -> !text.startsWith("Caused by: ") && !text.matches(NO_REASON))
            .map(text -> text.replaceFirst("^Error: ", ""))
            .collect(Collectors.joining("; "));
    return Optional.of(reason.isEmpty() ? "it does not say why" : reason.replaceFirst("\\.$", ""));
  }

  /** Whether the JVM knows the option: since JDK 22, and in later updates of 17 and 21. */
  static boolean canTrim(Runtime.Version version, String os) {
    int feature = version.feature();
    return os.equals("Linux")
        && (feature >= 22
            || feature == 21 && version.update() >= 1
            || feature == 17 && version.update() >= 9);
  }

  /** Asks the JDK which modules it has. */
  private static final class ModuleFinderHolder {
    static boolean hasVectors() {
      return java.lang.module.ModuleFinder.ofSystem().find("jdk.incubator.vector").isPresent();
    }
  }

  private static String path(List<Path> jars) {
    return String.join(File.pathSeparator, jars.stream().map(Path::toString).toList());
  }

  private static boolean archive(List<String> command, Path archive)
      throws IOException, InterruptedException {
    List<String> rehearsal = new ArrayList<>(command);
    rehearsal.add(1, "-XX:ArchiveClassesAtExit=" + archive);
    rehearsal.add("rehearse");
    Process process =
        new ProcessBuilder(rehearsal)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor() == 0 && Files.isRegularFile(archive);
  }

  static String json(List<String> command, String displayName) {
    StringBuilder out = new StringBuilder("{\n  \"argv\": [\n");
    for (int i = 0; i < command.size(); i++) {
      out.append("    ")
          .append(quote(command.get(i)))
          .append(i + 1 < command.size() ? ",\n" : "\n");
    }
    return out.append("  ],\n  \"display_name\": ")
        .append(quote(displayName))
        .append(",\n  \"language\": \"java\",\n  \"interrupt_mode\": \"message\",\n")
        // JupyterLab asks here, not the kernel, whether it may show its debugger.
        .append("  \"metadata\": {\"debugger\": true},\n")
        // Fewer arenas of the C library: a third less resident memory.
        .append("  \"env\": {\"MALLOC_ARENA_MAX\": \"2\"}\n}\n")
        .toString();
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  /** Removes the kernel. */
  void uninstall() throws IOException {
    if (!Files.isRegularFile(folder.resolve("kernel.json"))) {
      throw new IOException("No kernel is installed in " + folder + ".");
    }
    uninstallIfPresent();
  }

  /** Removes what is there, unless it is somebody else's. */
  void uninstallIfPresent() throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!isOurs()) {
      throw new IOException(
          "The folder " + folder + " holds something else; choose another --name.");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Whether the folder holds a kernel of ours, nothing, or what an ended installation left. */
  private boolean isOurs() throws IOException {
    Path spec = folder.resolve("kernel.json");
    if (Files.isRegularFile(spec)) {
      return Files.readString(spec).contains("kilonet.kernel.Main");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).allMatch(PARTS::contains);
    }
  }

  /** The command of an installed kernel; empty if there is none. */
  List<String> installedCommand() throws IOException {
    Path file = folder.resolve("kernel.json");
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    String text = Files.readString(file);
    int from = text.indexOf('[');
    int to = text.indexOf("  ]", from);
    return from < 0 || to < 0
        ? List.of()
        : Arrays.stream(text.substring(from + 1, to).split("\n"))
            .map(String::strip)
            .filter(line -> line.startsWith("\""))
            .map(line -> line.replaceAll(",$", ""))
            .map(line -> line.substring(1, line.length() - 1))
            .map(line -> line.replace("\\\"", "\"").replace("\\\\", "\\"))
            .toList();
  }
}
