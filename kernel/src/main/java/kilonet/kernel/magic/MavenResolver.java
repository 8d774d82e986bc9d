package kilonet.kernel.magic;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
import org.apache.maven.settings.Mirror;
import org.apache.maven.settings.Profile;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Repository;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.codehaus.plexus.util.xml.pull.XmlPullParserException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.Exclusion;
import org.eclipse.aether.repository.AuthenticationSelector;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.WorkspaceReader;
import org.eclipse.aether.repository.WorkspaceRepository;
import org.eclipse.aether.resolution.ArtifactDescriptorException;
import org.eclipse.aether.resolution.ArtifactDescriptorRequest;
import org.eclipse.aether.resolution.ArtifactDescriptorResult;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.filter.DependencyFilterUtils;
import org.eclipse.aether.util.repository.AuthenticationBuilder;
import org.eclipse.aether.util.repository.DefaultAuthenticationSelector;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;
import org.eclipse.aether.util.repository.DefaultProxySelector;

/** Resolves dependencies as Maven does, with the user's {@code settings.xml}. */
final class MavenResolver {
  private static final String CENTRAL = "https://repo.maven.apache.org/maven2/";
  private static final String NOTEBOOK = "io.github.kilonet.notebook:cell:pom:1";

  static {
    // It warns with a stack trace where this machine's own name has no address, and goes on.
    System.setProperty(
        "org.slf4j.simpleLogger.log.org.eclipse.aether.internal.impl.synccontext.named"
            + ".DiscriminatingNameMapper",
        "error");
  }

  private final RepositorySystem system = new RepositorySystemSupplier().get();
  private final DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
  private final List<RemoteRepository> repositories = new ArrayList<>();

  /**
   * A resolver.
   *
   * @param urls repositories that are asked besides those of the settings and Maven Central
   */
  MavenResolver(List<String> urls) {
    Settings settings = settings();
    session.setOffline(settings.isOffline());
    Properties properties = new Properties();
    properties.putAll(System.getProperties());
    session.setSystemProperties(properties);
    DefaultMirrorSelector mirrors = new DefaultMirrorSelector();
    for (Mirror mirror : settings.getMirrors()) {
      mirrors.add(
          mirror.getId(),
          mirror.getUrl(),
          mirror.getLayout(),
          false,
          mirror.isBlocked(),
          mirror.getMirrorOf(),
          mirror.getMirrorOfLayouts());
    }
    session.setMirrorSelector(mirrors);
    session.setAuthenticationSelector(authentication(settings));
    session.setProxySelector(proxies(settings));
    String local = System.getProperty("maven.repo.local", settings.getLocalRepository());
    session.setLocalRepositoryManager(
        system.newLocalRepositoryManager(session, new LocalRepository(local)));
    for (int i = 0; i < urls.size(); i++) {
      repositories.add(repository("notebook" + i, urls.get(i)));
    }
    for (Profile profile : settings.getProfiles()) {
      if (settings.getActiveProfiles().contains(profile.getId())
          || profile.getActivation() != null && profile.getActivation().isActiveByDefault()) {
        for (Repository repository : profile.getRepositories()) {
          repositories.add(repository(repository.getId(), repository.getUrl()));
        }
      }
    }
    if (repositories.stream().noneMatch(repository -> repository.getId().equals("central"))) {
      repositories.add(repository("central", CENTRAL));
    }
  }

  private static RemoteRepository repository(String id, String url) {
    return new RemoteRepository.Builder(id, "default", url).build();
  }

  private static Settings settings() {
    Path home = Path.of(System.getProperty("user.home"), ".m2");
    DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
    request.setSystemProperties(System.getProperties());
    request.setUserSettingsFile(home.resolve("settings.xml").toFile());
    String maven = System.getenv("MAVEN_HOME");
    File global = new File(maven == null ? "/usr/share/maven" : maven, "conf/settings.xml");
    if (global.isFile()) {
      request.setGlobalSettingsFile(global);
    }
    try {
      Settings settings =
          new DefaultSettingsBuilderFactory().newInstance().build(request).getEffectiveSettings();
      if (settings.getLocalRepository() == null) {
        settings.setLocalRepository(home.resolve("repository").toString());
      }
      return settings;
    } catch (SettingsBuildingException e) {
      throw new MagicFailure(
          "Maven's settings cannot be read; correct "
              + home.resolve("settings.xml")
              + ": "
              + firstLine(e));
    }
  }

  private static AuthenticationSelector authentication(Settings settings) {
    DefaultAuthenticationSelector selector = new DefaultAuthenticationSelector();
    for (Server server : settings.getServers()) {
      selector.add(
          server.getId(),
          new AuthenticationBuilder()
              .addUsername(server.getUsername())
              .addPassword(server.getPassword())
              .build());
    }
    return selector;
  }

  private static DefaultProxySelector proxies(Settings settings) {
    DefaultProxySelector selector = new DefaultProxySelector();
    for (Proxy proxy : settings.getProxies()) {
      if (proxy.isActive()) {
        selector.add(
            new org.eclipse.aether.repository.Proxy(
                proxy.getProtocol(),
                proxy.getHost(),
                proxy.getPort(),
                new AuthenticationBuilder()
                    .addUsername(proxy.getUsername())
                    .addPassword(proxy.getPassword())
                    .build()),
            proxy.getNonProxyHosts());
      }
    }
    return selector;
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
    return resolve(dependencies, List.of(), repositories);
  }

  /**
   * Resolves the dependencies of a POM.
   *
   * @param text a whole POM, what stands inside one, or dependency elements alone
   */
  List<Jars.Artifact> pom(String text) throws IOException {
    String inside = text.strip();
    if (inside.startsWith("<dependency>")) {
      inside = "<dependencies>" + inside + "</dependencies>";
    }
    String pom =
        inside.contains("<project")
            ? inside
            : "<project><modelVersion>4.0.0</modelVersion>"
                + "<groupId>io.github.kilonet.notebook</groupId><artifactId>cell</artifactId>"
                + "<version>1</version><packaging>pom</packaging>"
                + inside
                + "</project>";
    needWellFormed(pom);
    Path file = Files.createTempFile("notebook", ".pom");
    try {
      Files.writeString(file, pom);
      session.setWorkspaceReader(new OnePom(file));
      ArtifactDescriptorResult read = describe(new DefaultArtifact(NOTEBOOK));
      List<RemoteRepository> all =
          system.newResolutionRepositories(session, read.getRepositories());
      Map<String, RemoteRepository> byId = new LinkedHashMap<>();
      repositories.forEach(repository -> byId.put(repository.getId(), repository));
      all.forEach(repository -> byId.putIfAbsent(repository.getId(), repository));
      if (read.getDependencies().isEmpty()) {
        throw new MagicFailure(
            "This POM names no dependencies; write <dependency> elements below %%pom.");
      }
      return resolve(
          read.getDependencies(), read.getManagedDependencies(), List.copyOf(byId.values()));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private ArtifactDescriptorResult describe(Artifact artifact) {
    try {
      return system.readArtifactDescriptor(
          session, new ArtifactDescriptorRequest(artifact, repositories, null));
    } catch (ArtifactDescriptorException e) {
      throw failure(e);
    }
  }

  /** Maven itself would take a POM that it cannot read for an empty one. */
  private static void needWellFormed(String pom) {
    try {
      new MavenXpp3Reader().read(new StringReader(pom));
    } catch (XmlPullParserException | IOException e) {
      throw new MagicFailure("This is no part of a POM: " + firstLine(e) + ".");
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private List<Jars.Artifact> resolve(
      List<Dependency> dependencies, List<Dependency> managed, List<RemoteRepository> from) {
    CollectRequest collect =
        new CollectRequest(dependencies, managed, system.newResolutionRepositories(session, from));
    DependencyRequest request =
        new DependencyRequest(collect, DependencyFilterUtils.classpathFilter(JavaScopes.RUNTIME));
    List<ArtifactResult> results;
    try {
      results = system.resolveDependencies(session, request).getArtifactResults();
    } catch (DependencyResolutionException e) {
      throw failure(e);
    }
    List<Jars.Artifact> found = new ArrayList<>();
    for (ArtifactResult result : results) {
      Artifact artifact = result.getArtifact();
      if (artifact.getExtension().equals("jar")) {
        found.add(
            new Jars.Artifact(
                artifact.getArtifactId(),
                artifact.getClassifier(),
                artifact.getVersion(),
                artifact.getFile().toPath()));
      }
    }
    return found;
  }

  /** The innermost of the resolver's errors says which file was missing where. */
  private static MagicFailure failure(RepositoryException e) {
    String message = e.getMessage();
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof RepositoryException) {
        message = t.getMessage();
      }
    }
    return new MagicFailure(message + (message.endsWith(".") ? "" : "."));
  }

  /** Knows one POM, that of the cell. */
  private static final class OnePom implements WorkspaceReader {
    private final WorkspaceRepository repository = new WorkspaceRepository("notebook");
    private final Path file;

    OnePom(Path file) {
      this.file = file;
    }

    @Override
    public WorkspaceRepository getRepository() {
      return repository;
    }

    @Override
    public File findArtifact(Artifact artifact) {
      return artifact.getGroupId().equals("io.github.kilonet.notebook") ? file.toFile() : null;
    }

    @Override
    public List<String> findVersions(Artifact artifact) {
      return List.of();
    }
  }
}
