package kilonet.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import kilonet.text.Text;

/**
 * Fetches a set's files from mirrors. A transfer that breaks off is resumed where it stopped; a
 * mirror that fails for good is tried last for the files that follow.
 */
final class DataDownload {

  /**
   * How much is put up with.
   *
   * @param silence how long a server may take to connect, and then to send anything
   * @param slowest bytes a second that it has to send after that, on the whole
   * @param tries how often a mirror is asked for a file
   * @param pause between two tries
   */
  record Patience(Duration silence, int slowest, int tries, Duration pause) {

    /** No file takes longer than ten minutes. */
    static final Patience USUAL =
        new Patience(Duration.ofSeconds(15), 16 << 10, 3, Duration.ofSeconds(1));
  }

  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  /** How often the clock and what has come in are looked at, in milliseconds. */
  private static final int TICK = 50;

  private final String title;
  private final String waysOn;
  private final List<DataFile> files;
  private final List<URI> mirrors;
  private final DownloadListener listener;
  private final Patience patience;

  /** Of MNIST. */
  DataDownload(
      List<DataFile> files, List<URI> mirrors, DownloadListener listener, Patience patience) {
    this(
        Datasets.title(Mnist.NAME),
        Text.of(": name a folder that holds MNIST's four files in %s.", Mnist.FOLDER_VARIABLE),
        files,
        mirrors,
        listener,
        patience);
  }

  /**
   * Of a set.
   *
   * @param title what it is called
   * @param waysOn what else can be done, the end of a sentence
   * @param files all that it has
   * @param mirrors addresses of folders, tried in turn
   */
  DataDownload(
      String title,
      String waysOn,
      List<DataFile> files,
      List<URI> mirrors,
      DownloadListener listener,
      Patience patience) {
    this.title = title;
    this.waysOn = waysOn;
    this.files = files;
    this.mirrors = new ArrayList<>(mirrors);
    this.listener = listener;
    this.patience = patience;
  }

  /** Fetches what a folder lacks. */
  Path into(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DataUnavailableException(
          Text.of("%s: the folder for %s cannot be made (%s)%s", folder, title, e, waysOn), e);
    }
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience.silence())
            .build();
    for (DataFile file : files) {
      if (file.in(folder).isEmpty()) {
        fetch(client, file, folder);
      }
    }
    return folder;
  }

  private void fetch(HttpClient client, DataFile file, Path folder) {
    List<String> failures = new ArrayList<>();
    Exception last = null;
    for (URI mirror : List.copyOf(mirrors)) {
      boolean whole = false;
      try {
        fetch(client, mirror, file, folder);
        whole = true;
        return;
      } catch (IOException e) {
        failures.add(Text.of("%s: %s", mirror, reason(e)));
        last = e;
        Collections.rotate(mirrors.subList(mirrors.indexOf(mirror), mirrors.size()), -1);
      } finally {
        listener.finished(file.usualName(), whole);
      }
    }
    throw new DataUnavailableException(
        Text.of(
            "%s's file %s could not be downloaded (%s)%s",
            title, file.usualName(), String.join("; ", failures), waysOn),
        last);
  }

  private static String reason(Exception e) {
    if (e instanceof ConnectException) {
      return "no connection";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void fetch(HttpClient client, URI mirror, DataFile file, Path folder) throws IOException {
    String name = file.publishedName();
    String parent = mirror.toString().endsWith("/") ? mirror.toString() : mirror + "/";
    byte[] body = transfer(client, URI.create(parent + name), file);
    Path aside = Files.createTempFile(folder, name + ".", ".part");
    try {
      Files.write(aside, body);
      verify(file, aside);
      Files.move(aside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private void verify(DataFile file, Path aside) throws IOException {
    String found;
    try {
      found = file.digestOf(aside);
    } catch (DataException e) {
      throw new IOException("sent damaged gzip data", e);
    }
    if (!found.equals(file.digest())) {
      throw new IOException(
          Text.of(
              "sent other content than %s's (SHA-256 %s instead of %s)",
              title, found, file.digest()));
    }
  }

  private byte[] transfer(HttpClient client, URI address, DataFile file) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int left = patience.tries(); ; ) {
      try {
        request(client, address, file, body);
        return body.toByteArray();
      } catch (Refused | ConnectException | HttpConnectTimeoutException e) {
        // Asking again will not help.
        throw e;
      } catch (IOException e) {
        if (--left == 0) {
          throw e;
        }
      }
      try {
        Thread.sleep(patience.pause().toMillis());
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Asks for what a body still lacks; it keeps what came in, also where the transfer fails. */
  private void request(HttpClient client, URI address, DataFile file, ByteArrayOutputStream body)
      throws IOException {
    int had = body.size();
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    if (had > 0) {
      request.header("Range", "bytes=" + had + "-");
    }
    AtomicLong total = new AtomicLong(-1);
    CompletableFuture<HttpResponse<Void>> response =
        client.sendAsync(
            request.build(),
            head -> {
              BodySubscriber<Void> receiver = receiver(head, had, body, file.size());
              head.headers()
                  .firstValueAsLong("Content-Length")
                  .ifPresent(length -> total.set(body.size() + length));
              return receiver;
            });
    try {
      check(await(response, file, body, total), had, body);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(reason(e), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      response.cancel(true);
    }
  }

  /** Where the body of an answer goes: behind what is there, in its place, or nowhere. */
  private static BodySubscriber<Void> receiver(
      ResponseInfo head, int had, ByteArrayOutputStream body, long most) {
    if (head.statusCode() == OK) {
      body.reset();
    } else if (!isRest(head.statusCode(), head.headers(), had)) {
      return BodySubscribers.discarding();
    }
    return BodySubscribers.ofByteArrayConsumer(
        part -> part.filter(bytes -> body.size() <= most).ifPresent(body::writeBytes));
  }

  private static boolean isRest(int status, HttpHeaders headers, int had) {
    return status == PARTIAL_CONTENT
        && headers.firstValue("Content-Range").orElse("").startsWith("bytes " + had + "-");
  }

  /** Waits for an answer's end as long as enough of it comes in. */
  private HttpResponse<Void> await(
      CompletableFuture<HttpResponse<Void>> response,
      DataFile file,
      ByteArrayOutputStream body,
      AtomicLong total)
      throws IOException, ExecutionException, InterruptedException {
    long start = System.nanoTime();
    long lastSign = start;
    int received = body.size();
    long arrived = 0;
    HttpResponse<Void> answer = null;
    while (answer == null) {
      try {
        answer = response.get(TICK, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Something may have come in meanwhile.
      }
      int now = body.size();
      if (now != received) {
        arrived += Math.max(0, now - received);
        received = now;
        lastSign = System.nanoTime();
        listener.progress(file.usualName(), received, total.get());
      }
      if (received > file.size()) {
        throw new Refused(Text.of("sent more than the file's %,d bytes", file.size()), null);
      }
      long silence = patience.silence().toNanos();
      if (answer == null && System.nanoTime() - lastSign > silence) {
        throw new IOException(Text.of("sent nothing for %,d ms", patience.silence().toMillis()));
      }
      double seconds = (System.nanoTime() - start - silence) / 1e9;
      if (answer == null && arrived < seconds * patience.slowest()) {
        throw new IOException(Text.of("sent less than %,d bytes a second", patience.slowest()));
      }
    }
    return answer;
  }

  private static void check(HttpResponse<Void> answer, int had, ByteArrayOutputStream body)
      throws IOException {
    int status = answer.statusCode();
    if (status == OK || isRest(status, answer.headers(), had)) {
      return;
    }
    if (status == PARTIAL_CONTENT || status == RANGE_NOT_SATISFIABLE) {
      body.reset();
      throw new IOException(Text.of("could not resume at byte %,d", had));
    }
    if (status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS || status >= SERVER_ERROR) {
      throw new IOException("HTTP status " + status);
    }
    throw new Refused("HTTP status " + status, null);
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new Refused("interrupted", e);
  }

  /** An answer that asking again will not change. */
  private static final class Refused extends IOException {

    private static final long serialVersionUID = 1L;

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
