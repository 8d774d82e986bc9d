package kilonet.kernel.magic;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.maven.model.Model;
import org.apache.maven.model.Parent;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.codehaus.plexus.util.xml.pull.XmlPullParserException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.Exclusion;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.WorkspaceReader;
import org.eclipse.aether.repository.WorkspaceRepository;
import org.eclipse.aether.resolution.ArtifactDescriptorException;
import org.eclipse.aether.resolution.ArtifactDescriptorRequest;
import org.eclipse.aether.resolution.ArtifactDescriptorResult;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.filter.DependencyFilterUtils;

/**
 * Resolves dependencies as Maven does: settings.xml, mirrors, proxies, servers and profiles hold.
 */
final class MavenResolver {
  private static final Path DEBIAN = Path.of("/usr/share/maven");
  private static final List<String> AT_RUN_TIME =
      List.of(JavaScopes.COMPILE, JavaScopes.RUNTIME, JavaScopes.SYSTEM);

  static {
    // It warns with a stack trace where this machine's own name has no address, and goes on.
    System.setProperty(
        "org.slf4j.simpleLogger.log.org.eclipse.aether.internal.impl.synccontext.named"
            + ".DiscriminatingNameMapper",
        "error");
  }

  /** Scopes as they may be given; a BOM's brings nothing by itself. */
  private static final Set<String> SCOPES =
      Set.of("compile", "provided", "runtime", "system", "test", "import");

  private final Map<String, String> repositories;

  /**
   * A resolver.
   *
   * @param repositories addresses by name of those that are asked besides Maven Central and those
   *     of the settings
   */
  MavenResolver(Map<String, String> repositories) {
    this.repositories = repositories;
  }

  private Context context() {
    List<RemoteRepository> own = new ArrayList<>();
    repositories.forEach(
        (id, url) -> own.add(new RemoteRepository.Builder(id, "default", url).build()));
    own.add(ContextOverrides.CENTRAL);
    ContextOverrides.Builder overrides =
        ContextOverrides.create()
            .withUserSettings(true)
            .addRepositoriesOp(ContextOverrides.AddRepositoriesOp.PREPEND)
            .repositories(own);
    String local = System.getProperty("maven.repo.local");
    if (local != null) {
      overrides.withLocalRepositoryOverride(Path.of(local));
    }
    if (System.getenv("MAVEN_HOME") == null && Files.isDirectory(DEBIAN.resolve("conf"))) {
      overrides.withMavenSystemHomeOverride(DEBIAN);
    }
    try {
      return new StandaloneStaticRuntime().create(overrides.build());
    } catch (IllegalStateException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new MagicFailure(
          "Maven's settings cannot be read; correct "
              + Path.of(System.getProperty("user.home"), ".m2", "settings.xml")
              + ": "
              + firstLine(cause));
    }
  }

  /**
   * Resolves artifacts with all that they need at run time.
   *
   * @param coordinates {@code group:artifact[:extension[:classifier]]:version}
   * @param exclusions {@code group:artifact}
   */
  List<Jars.Artifact> artifacts(List<String> coordinates, List<String> exclusions) {
    List<Exclusion> excluded = new ArrayList<>();
    for (String exclusion : exclusions) {
      String[] parts = exclusion.split(":", 2);
      excluded.add(new Exclusion(parts[0], parts.length > 1 ? parts[1] : "*", "*", "*"));
    }
    List<Dependency> dependencies = new ArrayList<>();
    for (String coordinate : coordinates) {
      dependencies.add(
          new Dependency(new DefaultArtifact(coordinate), JavaScopes.COMPILE, false, excluded));
    }
    try (Context context = context()) {
      return resolve(
          context,
          context.repositorySystemSession(),
          new CollectRequest(dependencies, List.of(), context.remoteRepositories()),
          AT_RUN_TIME);
    }
  }

  /**
   * Resolves the dependencies of a POM.
   *
   * @param text the POM
   * @param file where it stands, for a parent beside it; null for nowhere
   * @param scopes those that are wanted; empty for what is needed at run time
   */
  List<Jars.Artifact> pom(String text, Path file, List<String> scopes) throws IOException {
    for (String scope : scopes) {
      if (!SCOPES.contains(scope)) {
        throw new MagicFailure(
            scope + " is no scope of Maven; there are compile, provided, runtime, system, test.");
      }
    }
    Model model = read(text);
    Path copy = Files.createTempFile("notebook", ".pom");
    try (Context context = context()) {
      Files.writeString(copy, text);
      LocalPoms poms = new LocalPoms();
      String own = poms.add(model, copy);
      if (file != null) {
        poms.addParents(model, file.toAbsolutePath());
      }
      DefaultRepositorySystemSession session =
          new DefaultRepositorySystemSession(context.repositorySystemSession());
      session.setWorkspaceReader(poms);
      ArtifactDescriptorResult read = describe(context, session, new DefaultArtifact(own));
      if (read.getDependencies().isEmpty()) {
        throw new MagicFailure(
            "This POM names no dependencies; write <dependency> elements into it.");
      }
      Map<String, RemoteRepository> all = new LinkedHashMap<>();
      context.remoteRepositories().forEach(each -> all.put(each.getId(), each));
      context
          .repositorySystem()
          .newResolutionRepositories(session, read.getRepositories())
          .forEach(each -> all.putIfAbsent(each.getId(), each));
      return resolve(
          context,
          session,
          new CollectRequest(
              read.getDependencies(), read.getManagedDependencies(), List.copyOf(all.values())),
          scopes.isEmpty() ? AT_RUN_TIME : scopes);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static ArtifactDescriptorResult describe(
      Context context, RepositorySystemSession session, Artifact artifact) {
    try {
      return context
          .repositorySystem()
          .readArtifactDescriptor(
              session, new ArtifactDescriptorRequest(artifact, context.remoteRepositories(), null));
    } catch (ArtifactDescriptorException e) {
      throw failure(e);
    }
  }

  /** Maven itself would take a POM that it cannot read for an empty one. */
  private static Model read(String pom) {
    try {
      return new MavenXpp3Reader().read(new StringReader(pom));
    } catch (XmlPullParserException | IOException e) {
      throw new MagicFailure("This is no POM: " + firstLine(e) + ".");
    }
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private static List<Jars.Artifact> resolve(
      Context context,
      RepositorySystemSession session,
      CollectRequest collect,
      List<String> scopes) {
    DependencyRequest request =
        new DependencyRequest(
            collect, DependencyFilterUtils.classpathFilter(scopes.toArray(new String[0])));
    List<ArtifactResult> results;
    try {
      results =
          context.repositorySystem().resolveDependencies(session, request).getArtifactResults();
    } catch (DependencyResolutionException e) {
      throw failure(e);
    }
    List<Jars.Artifact> found = new ArrayList<>();
    for (ArtifactResult result : results) {
      Artifact artifact = result.getArtifact();
      if (artifact.getExtension().equals("jar")) {
        found.add(
            new Jars.Artifact(
                artifact.getGroupId(),
                artifact.getArtifactId(),
                artifact.getClassifier(),
                artifact.getVersion(),
                artifact.getFile().toPath()));
      }
    }
    return found;
  }

  /**
   * The innermost of the resolver's errors says which file was missing where. A repository that
   * could not be asked is more to the point than another that does not have it.
   */
  private static MagicFailure failure(RepositoryException e) {
    Throwable innermost = e;
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof RepositoryException) {
        innermost = t;
      }
      if (t instanceof ArtifactResolutionException unresolved) {
        Optional<Exception> refused =
            unresolved.getResults().stream()
                .flatMap(result -> result.getExceptions().stream())
                .filter(each -> !(each instanceof ArtifactNotFoundException))
                .findFirst();
        if (refused.isPresent()) {
          innermost = refused.get();
          break;
        }
      }
    }
    String message = String.valueOf(innermost.getMessage());
    return new MagicFailure(message + (message.endsWith(".") ? "" : "."));
  }

  /** Knows the POM of a cell or file, and the parents beside that file. */
  private static final class LocalPoms implements WorkspaceReader {
    private final WorkspaceRepository repository = new WorkspaceRepository("notebook");
    private final Map<String, File> files = new HashMap<>();

    /** Adds a POM; returns its coordinates. */
    String add(Model model, Path file) {
      Parent parent = model.getParent();
      String group =
          model.getGroupId() == null && parent != null ? parent.getGroupId() : model.getGroupId();
      String version =
          model.getVersion() == null && parent != null ? parent.getVersion() : model.getVersion();
      String coordinates = group + ":" + model.getArtifactId() + ":pom:" + version;
      files.put(coordinates, file.toFile());
      return coordinates;
    }

    void addParents(Model model, Path file) throws IOException {
      Path at = file;
      Model child = model;
      while (child.getParent() != null && !child.getParent().getRelativePath().isEmpty()) {
        Path above = at.getParent().resolve(child.getParent().getRelativePath()).normalize();
        at = Files.isDirectory(above) ? above.resolve("pom.xml") : above;
        if (!Files.isRegularFile(at)) {
          return;
        }
        child = read(Files.readString(at));
        add(child, at);
      }
    }

    @Override
    public WorkspaceRepository getRepository() {
      return repository;
    }

    @Override
    public File findArtifact(Artifact artifact) {
      return files.get(
          artifact.getGroupId()
              + ":"
              + artifact.getArtifactId()
              + ":"
              + artifact.getExtension()
              + ":"
              + artifact.getVersion());
    }

    @Override
    public List<String> findVersions(Artifact artifact) {
      return List.of();
    }
  }
}
