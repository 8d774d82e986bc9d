package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kilonet.text.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDownloadTest {

  private static final byte[] CONTENT = IdxFiles.images(300);
  private static final byte[] GZIP = IdxFiles.gzip(CONTENT);
  private static final DataFile FILE =
      new DataFile("train-images-idx3-ubyte", CONTENT.length, IdxFiles.sha256(CONTENT));

  /** Long enough for a slow machine; only the test of a silent mirror waits for it. */
  private static final DataDownload.Patience PATIENCE =
      new DataDownload.Patience(Duration.ofSeconds(20), 1, 3, Duration.ofMillis(1));

  private static final DataDownload.Patience LITTLE_PATIENCE =
      new DataDownload.Patience(Duration.ofSeconds(2), 1, 3, Duration.ofMillis(1));

  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> progress = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch testIsOver = new CountDownLatch(1);
  private HttpServer server;
  private ExecutorService threads;

  @TempDir private Path folder;

  @BeforeEach
  void startServer() throws IOException {
    threads = Executors.newCachedThreadPool();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stopServer() {
    testIsOver.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  /** A mirror whose answers are as a handler gives them. */
  private URI mirror(String name, HttpHandler handler) {
    server.createContext(
        "/" + name + "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          requests.add(name + (range == null ? "" : " " + range));
          try (exchange) {
            handler.handle(exchange);
          }
        });
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + name);
  }

  private static HttpHandler sends(byte[] body) {
    return exchange -> {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  private static HttpHandler answers(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  /** Sends a part of what it announced, and hangs up. */
  private static void breakOff(HttpExchange exchange, int from, int to) throws IOException {
    if (from == 0) {
      exchange.sendResponseHeaders(200, GZIP.length);
    } else {
      exchange
          .getResponseHeaders()
          .set("Content-Range", Text.of("bytes %d-%d/%d", from, GZIP.length - 1, GZIP.length));
      exchange.sendResponseHeaders(206, GZIP.length - from);
    }
    exchange.getResponseBody().write(GZIP, from, to - from);
    exchange.getResponseBody().flush();
  }

  private Path download(URI... mirrors) {
    DownloadListener listener = (file, received, total) -> progress.add(received);
    return new DataDownload(List.of(FILE), List.of(mirrors), listener, PATIENCE).into(folder);
  }

  private void assertDownloaded() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("train-images-idx3-ubyte.gz"));
    }
    assertThat(folder.resolve("train-images-idx3-ubyte.gz")).hasBinaryContent(GZIP);
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void given_a_good_mirror_when_downloaded_then_the_file_is_there_and_progress_was_told()
      throws IOException {
    assertThat(download(mirror("good", sends(GZIP)))).isEqualTo(folder);
    assertDownloaded();
    assertThat(progress).isSorted().endsWith((long) GZIP.length);
  }

  @Test
  void given_the_file_when_downloaded_again_then_nobody_is_asked() {
    URI good = mirror("good", sends(GZIP));
    download(good);
    download(good);
    assertThat(requests).containsExactly("good");
  }

  @Test
  void given_a_transfer_that_breaks_off_twice_when_downloaded_then_it_is_resumed_each_time()
      throws IOException {
    URI breaking =
        mirror(
            "breaking",
            exchange -> {
              switch (requests.size()) {
                case 1 -> breakOff(exchange, 0, 1000);
                case 2 -> breakOff(exchange, 1000, 1500);
                default -> breakOff(exchange, 1500, GZIP.length);
              }
            });
    download(breaking);
    assertDownloaded();
    assertThat(requests)
        .containsExactly("breaking", "breaking bytes=1000-", "breaking bytes=1500-");
  }

  @Test
  void given_a_mirror_that_cannot_resume_when_a_transfer_broke_off_then_it_starts_again()
      throws IOException {
    URI forgetful =
        mirror(
            "forgetful",
            exchange -> {
              if (requests.size() == 1) {
                breakOff(exchange, 0, 1000);
              } else {
                sends(GZIP).handle(exchange);
              }
            });
    download(forgetful);
    assertDownloaded();
    assertThat(requests).containsExactly("forgetful", "forgetful bytes=1000-");
  }

  @Test
  void given_a_mirror_that_resumes_elsewhere_when_a_transfer_broke_off_then_it_starts_again()
      throws IOException {
    URI confused =
        mirror(
            "confused",
            exchange -> {
              switch (requests.size()) {
                case 1 -> breakOff(exchange, 0, 1000);
                case 2 -> breakOff(exchange, 500, GZIP.length);
                default -> sends(GZIP).handle(exchange);
              }
            });
    download(confused);
    assertDownloaded();
    assertThat(requests).containsExactly("confused", "confused bytes=1000-", "confused");
  }

  @Test
  void given_a_mirror_without_the_file_when_downloaded_then_the_next_is_asked_at_once()
      throws IOException {
    download(mirror("empty", answers(404)), mirror("good", sends(GZIP)));
    assertDownloaded();
    assertThat(requests).containsExactly("empty", "good");
  }

  @Test
  void given_a_mirror_in_trouble_when_downloaded_then_it_is_asked_again_before_the_next()
      throws IOException {
    download(mirror("troubled", answers(503)), mirror("good", sends(GZIP)));
    assertDownloaded();
    assertThat(requests).containsExactly("troubled", "troubled", "troubled", "good");
  }

  @Test
  void given_a_mirror_that_failed_when_there_are_more_files_then_it_is_asked_last()
      throws IOException {
    DataFile second =
        new DataFile("t10k-images-idx3-ubyte", CONTENT.length, IdxFiles.sha256(CONTENT));
    List<URI> mirrors = List.of(mirror("empty", answers(404)), mirror("good", sends(GZIP)));
    new DataDownload(List.of(FILE, second), mirrors, DownloadListener.SILENT, PATIENCE)
        .into(folder);
    assertThat(requests).containsExactly("empty", "good", "good");
    assertThat(folder.resolve("t10k-images-idx3-ubyte.gz")).exists();
  }

  @Test
  void given_a_mirror_with_other_content_when_downloaded_then_the_next_is_asked()
      throws IOException {
    byte[] other = IdxFiles.gzip(IdxFiles.images(299));
    download(mirror("other", sends(other)), mirror("good", sends(GZIP)));
    assertDownloaded();
    assertThat(requests).containsExactly("other", "good");
  }

  @Test
  void given_a_mirror_that_falls_silent_when_downloaded_then_it_is_given_up() throws IOException {
    HttpHandler silent =
        exchange -> {
          if (requests.size() > 1) {
            exchange.sendResponseHeaders(200, GZIP.length);
            exchange.getResponseBody().write(GZIP, 0, 100);
            exchange.getResponseBody().flush();
          }
          try {
            testIsOver.await(1, TimeUnit.MINUTES);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    List<URI> mirrors = List.of(mirror("silent", silent), mirror("good", sends(GZIP)));
    new DataDownload(List.of(FILE), mirrors, DownloadListener.SILENT, LITTLE_PATIENCE).into(folder);
    assertDownloaded();
    // Silence before the first byte, then after the hundredth, and once more.
    assertThat(requests).containsExactly("silent", "silent", "silent bytes=100-", "good");
  }

  @Test
  void given_a_mirror_that_drips_when_downloaded_then_it_is_given_up() throws IOException {
    HttpHandler drips =
        exchange -> {
          exchange.sendResponseHeaders(200, GZIP.length);
          try {
            for (int i = 0; !testIsOver.await(100, TimeUnit.MILLISECONDS); i++) {
              exchange.getResponseBody().write(GZIP, i, 1);
              exchange.getResponseBody().flush();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    DataDownload.Patience once =
        new DataDownload.Patience(Duration.ofSeconds(2), 1_000, 1, Duration.ofMillis(1));
    List<URI> mirrors = List.of(mirror("drips", drips), mirror("good", sends(GZIP)));
    new DataDownload(List.of(FILE), mirrors, DownloadListener.SILENT, once).into(folder);
    assertDownloaded();
    assertThat(requests).containsExactly("drips", "good");
  }

  @Test
  void given_only_bad_mirrors_when_downloaded_then_the_sentence_names_each_and_the_ways_on()
      throws IOException {
    byte[] other = IdxFiles.images(1);
    byte[] damaged = GZIP.clone();
    damaged[GZIP.length - 6] ^= 1;
    URI refusing;
    try (ServerSocket unused = new ServerSocket(0)) {
      refusing = URI.create("http://127.0.0.1:" + unused.getLocalPort() + "/");
    }
    URI[] mirrors = {
      mirror("empty", answers(404)),
      mirror("damaged", sends(damaged)),
      mirror("other", sends(other)),
      mirror("endless", sends(Arrays.copyOf(GZIP, 2 * CONTENT.length))),
      refusing
    };
    assertThatThrownBy(() -> download(mirrors))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessage(
            "MNIST's file train-images-idx3-ubyte could not be downloaded ("
                + Text.of("%s: HTTP status 404; ", mirrors[0])
                + Text.of("%s: sent damaged gzip data; ", mirrors[1])
                + Text.of(
                    "%s: sent other content than MNIST's (SHA-256 %s instead of %s); ",
                    mirrors[2], IdxFiles.sha256(other), FILE.digest())
                + Text.of("%s: sent more than the file's 235,216 bytes; ", mirrors[3])
                + Text.of("%s: no connection)", refusing)
                + ": name a folder that holds MNIST's four files in KILONET_DATA.")
        .hasCauseInstanceOf(IOException.class);
    assertNothingLeft();
  }

  @Test
  void given_a_folder_that_cannot_be_made_when_downloaded_then_the_sentence_says_so()
      throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Path inFile = file.resolve("mnist");
    assertThatThrownBy(() -> Mnist.download(inFile, List.of(), DownloadListener.SILENT))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageStartingWith(inFile + ": the folder for MNIST cannot be made (")
        .hasMessageEndingWith(": name a folder that holds MNIST's four files in KILONET_DATA.");
  }

  @Test
  void given_a_mirror_with_other_content_when_the_next_has_the_file_then_one_is_told_whole()
      throws IOException {
    byte[] other = IdxFiles.gzip(IdxFiles.images(299));
    List<String> told = new ArrayList<>();
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void progress(String file, long received, long total) {}

          @Override
          public void finished(String file, boolean whole) {
            told.add(file + " " + whole);
          }
        };
    List<URI> mirrors = List.of(mirror("other", sends(other)), mirror("good", sends(GZIP)));
    new DataDownload(List.of(FILE), mirrors, listener, PATIENCE).into(folder);
    assertThat(told).containsExactly(FILE.usualName() + " false", FILE.usualName() + " true");
  }
}
