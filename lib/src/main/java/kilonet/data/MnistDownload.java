package kilonet.data;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kilonet.text.Text;

/**
 * Fetches MNIST's files from mirrors. A transfer that breaks off is resumed where it stopped; a
 * mirror that fails for good is tried last for the files that follow.
 */
final class MnistDownload {

  /**
   * How much is put up with.
   *
   * @param silence how long a server may take to connect, and then to send anything
   * @param tries how often a mirror is asked for a file
   * @param pause between two tries
   */
  record Patience(Duration silence, int tries, Duration pause) {

    static final Patience USUAL = new Patience(Duration.ofSeconds(15), 3, Duration.ofSeconds(1));
  }

  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  private static final String WAYS_ON =
      Text.of(
          ": name a folder that holds MNIST's four files in %s, or use the generated digits with --data %s.",
          Mnist.FOLDER_VARIABLE, PenDigits.NAME);

  private final List<MnistFile> files;
  private final List<URI> mirrors;
  private final DownloadListener listener;
  private final Patience patience;

  MnistDownload(
      List<MnistFile> files, List<URI> mirrors, DownloadListener listener, Patience patience) {
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
          Text.of("%s: the folder for MNIST cannot be made (%s)%s", folder, e, WAYS_ON), e);
    }
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience.silence())
            .build();
    for (MnistFile file : files) {
      if (file.in(folder).isEmpty()) {
        fetch(client, file, folder);
      }
    }
    return folder;
  }

  private void fetch(HttpClient client, MnistFile file, Path folder) {
    List<String> failures = new ArrayList<>();
    Exception last = null;
    for (URI mirror : List.copyOf(mirrors)) {
      try {
        fetch(client, mirror, file, folder);
        return;
      } catch (IOException e) {
        failures.add(Text.of("%s: %s", mirror, reason(e)));
        last = e;
        Collections.rotate(mirrors.subList(mirrors.indexOf(mirror), mirrors.size()), -1);
      } finally {
        listener.finished(file.usualName());
      }
    }
    throw new DataUnavailableException(
        Text.of(
            "MNIST's file %s could not be downloaded (%s)%s",
            file.usualName(), String.join("; ", failures), WAYS_ON),
        last);
  }

  private static String reason(Exception e) {
    if (e instanceof ConnectException) {
      return "no connection";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void fetch(HttpClient client, URI mirror, MnistFile file, Path folder)
      throws IOException {
    String name = file.usualName() + ".gz";
    Path aside = Files.createTempFile(folder, name + ".", ".part");
    try {
      String parent = mirror.toString().endsWith("/") ? mirror.toString() : mirror + "/";
      transfer(client, URI.create(parent + name), file, aside);
      verify(file, aside);
      Files.move(aside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static void verify(MnistFile file, Path aside) throws IOException {
    String found;
    try {
      found = IdxReader.sha256(aside, file.size() + 1);
    } catch (DataException e) {
      throw new IOException("sent damaged gzip data", e);
    }
    if (!found.equals(file.sha256())) {
      throw new IOException(
          Text.of(
              "sent other content than MNIST's (SHA-256 %s instead of %s)", found, file.sha256()));
    }
  }

  private void transfer(HttpClient client, URI address, MnistFile file, Path aside)
      throws IOException {
    for (int left = patience.tries(); ; ) {
      try {
        request(client, address, file, aside);
        return;
      } catch (Refused | ConnectException | HttpConnectTimeoutException e) {
        // Asking again will not help.
        throw e;
      } catch (IOException e) {
        if (--left == 0) {
          throw e;
        }
        pause();
      }
    }
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(patience.pause().toMillis());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void request(HttpClient client, URI address, MnistFile file, Path aside)
      throws IOException {
    long have = Files.size(aside);
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    try (FileChannel target = FileChannel.open(aside, StandardOpenOption.WRITE)) {
      Receiver receiver = new Receiver(file, target, have);
      CompletableFuture<?> response = client.sendAsync(request.build(), receiver::accept);
      CompletableFuture<?> either = CompletableFuture.anyOf(receiver.failed, response);
      try {
        while (!either.isDone()) {
          long left = receiver.lastSign + patience.silence().toNanos() - System.nanoTime();
          if (left <= 0) {
            throw new IOException(
                Text.of("sent nothing for %,d ms", patience.silence().toMillis()));
          }
          try {
            either.get(left, TimeUnit.NANOSECONDS);
          } catch (TimeoutException e) {
            // Something may have come in meanwhile: look at the clock again.
            continue;
          }
        }
        either.get();
        // Of two that were done at once, the other may have been the one that was seen.
        if (receiver.failed.isDone()) {
          receiver.failed.get();
        }
      } finally {
        response.cancel(true);
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(reason(e), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
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

  /** Writes a body to a file as it comes in, and keeps the time of the last sign of life. */
  private final class Receiver implements Flow.Subscriber<List<ByteBuffer>> {

    private final MnistFile file;
    private final FileChannel target;
    private final long have;
    private final CompletableFuture<Void> failed = new CompletableFuture<>();
    private volatile long lastSign = System.nanoTime();
    private long received;
    private long total;

    Receiver(MnistFile file, FileChannel target, long have) {
      this.file = file;
      this.target = target;
      this.have = have;
    }

    /** Looks at the head of an answer: what follows is the whole, a rest, or of no use. */
    BodySubscriber<Void> accept(HttpResponse.ResponseInfo info) {
      lastSign = System.nanoTime();
      try {
        received = start(info);
        target.truncate(received);
        target.position(received);
      } catch (IOException e) {
        failed.completeExceptionally(e);
      }
      OptionalLong length = info.headers().firstValueAsLong("Content-Length");
      total = length.isPresent() ? received + length.getAsLong() : -1;
      return BodySubscribers.fromSubscriber(this);
    }

    private long start(HttpResponse.ResponseInfo info) throws IOException {
      int status = info.statusCode();
      String range = info.headers().firstValue("Content-Range").orElse("");
      if (status == OK) {
        return 0;
      }
      if (status == PARTIAL_CONTENT && range.startsWith("bytes " + have + "-")) {
        return have;
      }
      if (status == PARTIAL_CONTENT || status == RANGE_NOT_SATISFIABLE) {
        target.truncate(0);
        throw new IOException(Text.of("could not resume at byte %,d", have));
      }
      if (status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS || status >= SERVER_ERROR) {
        throw new IOException("HTTP status " + status);
      }
      throw new Refused("HTTP status " + status, null);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      if (failed.isDone()) {
        return;
      }
      lastSign = System.nanoTime();
      try {
        for (ByteBuffer part : parts) {
          while (part.hasRemaining()) {
            received += target.write(part);
          }
        }
        if (received > file.size()) {
          throw new Refused(Text.of("sent more than the file's %,d bytes", file.size()), null);
        }
        listener.progress(file.usualName(), received, total);
      } catch (IOException | RuntimeException e) {
        failed.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable error) {
      failed.completeExceptionally(error);
    }

    @Override
    public void onComplete() {}
  }
}
