package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Maven's settings.xml, tried against servers of this test's own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MavenSettingsTest {
  @TempDir static Path folder;
  private static final List<String> PROXIED = new CopyOnWriteArrayList<>();
  private static HttpServer server;
  private static HttpServer proxy;
  private static KernelProcess kernel;
  private static Path settings;

  @BeforeAll
  static void start() throws IOException {
    Path remote = TestRepository.create(folder.resolve("remote"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/mirror/",
        exchange -> {
          String expected =
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString("reader:secret".getBytes(StandardCharsets.UTF_8));
          if (expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            serve(exchange, remote, "/mirror/");
          } else {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"test\"");
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
          }
        });
    Path second = folder.resolve("second");
    Files.createDirectories(second.resolve("org/example"));
    Files.move(remote.resolve("org/example/late"), second.resolve("org/example/late"));
    server.createContext("/profile/", exchange -> serve(exchange, second, "/profile/"));
    server.start();
    proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          PROXIED.add(exchange.getRequestURI().toString());
          serve(exchange, remote, "/maven/");
        });
    proxy.start();
    settings = Files.createDirectories(folder.resolve(".m2")).resolve("settings.xml");
    String here = "http://localhost:" + server.getAddress().getPort();
    Files.writeString(
        settings,
        "<settings><servers><server><id>mine</id><username>reader</username>"
            + "<password>${env.TEST_SECRET}</password></server></servers>"
            + "<mirrors><mirror><id>mine</id><mirrorOf>central</mirrorOf><url>"
            + here
            + "/mirror/</url></mirror><mirror><id>far</id><mirrorOf>far-away</mirrorOf>"
            + "<url>http://repo.invalid/maven/</url></mirror></mirrors><proxies><proxy><active>true</active><protocol>http</protocol>"
            + "<host>localhost</host><port>"
            + proxy.getAddress().getPort()
            + "</port><nonProxyHosts>localhost</nonProxyHosts></proxy></proxies>"
            + "<profiles><profile><id>more</id><repositories><repository><id>second</id><url>"
            + here
            + "/profile/</url></repository></repositories></profile></profiles>"
            + "<activeProfiles><activeProfile>more</activeProfile></activeProfiles></settings>");
    kernel =
        new KernelProcess(folder, builder -> builder.environment().put("TEST_SECRET", "secret"))
            .ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
    server.stop(0);
    proxy.stop(0);
  }

  private static void serve(HttpExchange exchange, Path root, String prefix) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Path file = root.resolve(path.substring(prefix.length())).normalize();
    if (file.startsWith(root) && Files.isRegularFile(file)) {
      byte[] bytes = Files.readAllBytes(file);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
    exchange.close();
  }

  @Test
  void aMirrorWithAPasswordStandsInForCentral() throws IOException {
    assertThat(kernel.run("%maven org.example:nothing:1.0").traceback())
        .contains("Could not find artifact org.example:nothing");
    Outcome outcome = kernel.run("%maven org.example:greeter:1.0");
    assertThat(outcome.stream("stdout"))
        .as(outcome.traceback())
        .isEqualTo("added greeter-1.0.jar\nadded words-2.0.jar\n");
    assertThat(kernel.run("org.example.Greeter.greet()").value()).isEqualTo("hello from 2.0");
  }

  @Test
  void anActiveProfileAddsARepository() throws IOException {
    Outcome outcome = kernel.run("%maven org.example:late:1.0");
    assertThat(outcome.stream("stdout")).as(outcome.traceback()).isEqualTo("added late-1.0.jar\n");
  }

  @Test
  void aProxyIsAskedForOtherHosts() throws IOException {
    Outcome outcome =
        kernel.run("%mavenRepo far-away https://repo.invalid/\n%maven org.example:versioned:1.0");
    assertThat(outcome.stream("stdout"))
        .as(outcome.traceback())
        .isEqualTo("added versioned-1.0.jar\n");
    assertThat(PROXIED).anyMatch(uri -> uri.startsWith("http://repo.invalid/maven/org/example"));
  }

  @Test
  void settingsThatCannotBeReadAreNamed() throws IOException {
    String good = Files.readString(settings);
    try {
      Files.writeString(settings, "<settings><mirrors>");
      assertThat(kernel.run("%maven org.example:extra:3.1").traceback())
          .startsWith("[MagicFailure: Maven's settings cannot be read; correct " + settings)
          .doesNotContain("\tat ");
    } finally {
      Files.writeString(settings, good);
    }
  }
}
