package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.ZError;

/**
 * The five sockets of a kernel.
 *
 * <p>A socket belongs to one thread. The <em>receiver</em> owns shell, control and stdin and waits
 * for whichever speaks first; the <em>sender</em> owns iopub, takes everything that is to be sent
 * from one queue, publishes it or hands it to the receiver through a pipe. Any thread may send,
 * also one that is being interrupted: the queue takes no lock, and no channel that an interrupt
 * would close is touched by the caller. There is no high-water mark, so nothing is dropped.
 */
final class Channels implements AutoCloseable {
  /** Where a message comes from or goes to. */
  enum Channel {
    SHELL,
    CONTROL,
    STDIN,
    IOPUB
  }

  /** Takes what arrives. */
  interface Receiver {
    /** Called on the receiving thread, which waits meanwhile. */
    void received(Channel channel, Message message);
  }

  private static final long MOMENT_NANOS = 20_000;

  private record Outgoing(Channel channel, Wire.Written message, CountDownLatch sent) {}

  private final Connection connection;
  private final ZContext context = new ZContext(1);
  private final Map<Channel, ZMQ.Socket> sockets = new EnumMap<>(Channel.class);
  private final Queue<Outgoing> outgoing = new ConcurrentLinkedQueue<>();
  private final Queue<Outgoing> replies = new ConcurrentLinkedQueue<>();
  private ZMQ.Socket heartbeat;
  private Pipe wake;
  private volatile Thread sender;

  /** Channels that are not open yet; what is sent waits. */
  Channels(Connection connection) {
    this.connection = connection;
  }

  /**
   * Binds the sockets.
   *
   * @throws IOException if an address is taken
   */
  void open() throws IOException {
    wake = Pipe.open();
    wake.source().configureBlocking(false);
    sockets.put(Channel.SHELL, bind(SocketType.ROUTER, connection.shell()));
    sockets.put(Channel.CONTROL, bind(SocketType.ROUTER, connection.control()));
    sockets.put(Channel.STDIN, bind(SocketType.ROUTER, connection.stdin()));
    sockets.put(Channel.IOPUB, bind(SocketType.PUB, connection.iopub()));
    heartbeat = bind(SocketType.REP, connection.heartbeat());
  }

  private ZMQ.Socket bind(SocketType type, int port) throws IOException {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setHWM(0);
    socket.setLinger(1000);
    if (type == SocketType.ROUTER) {
      // A client that reconnects under its old identity takes over.
      socket.setRouterHandover(true);
    }
    try {
      socket.bind(connection.address(port));
    } catch (ZMQException e) {
      throw new IOException(
          "The address "
              + connection.address(port)
              + " cannot be used: "
              + (e.getErrorCode() == ZError.EADDRINUSE ? "another program has it" : e.getMessage())
              + "; let Jupyter choose other ports.",
          e);
    }
    return socket;
  }

  /** Starts the threads. */
  void start(Receiver receiver) {
    sender = daemon("kernel-send", this::sendAll);
    daemon("kernel-heartbeat", this::echo);
    daemon("kernel-receive", () -> receiveAll(receiver));
  }

  private static Thread daemon(String name, Runnable body) {
    Thread thread = new Thread(null, body, name, 256 * 1024);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Whether the kernel cannot do without a thread. */
  static boolean isEssential(Thread thread) {
    // ZeroMQ's own are called so.
    return thread.getName().matches("kernel-(send|receive|shell)|(iothread|reaper)-.*");
  }

  /** Queues a message; returns at once. What cannot be written is the caller's error. */
  void send(Channel channel, Message message) {
    outgoing.add(new Outgoing(channel, Wire.Written.of(message), null));
    LockSupport.unpark(sender);
  }

  private void echo() {
    while (!context.isClosed()) {
      try {
        List<byte[]> frames = frames(heartbeat);
        for (int i = 0; i < frames.size(); i++) {
          heartbeat.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
        }
      } catch (ZMQException e) {
        if (e.getErrorCode() == ZError.ETERM) {
          return;
        }
      }
    }
  }

  private static List<byte[]> frames(ZMQ.Socket socket) {
    List<byte[]> frames = new ArrayList<>();
    do {
      frames.add(socket.recv(0));
    } while (socket.hasReceiveMore());
    return frames;
  }

  private void sendAll() {
    Wire wire = new Wire(connection.key());
    ZMQ.Socket iopub = sockets.get(Channel.IOPUB);
    ByteBuffer signal = ByteBuffer.allocate(1);
    while (!context.isClosed()) {
      Outgoing next = outgoing.poll();
      if (next == null) {
        LockSupport.park(this);
        continue;
      }
      try {
        if (next.channel() == Channel.IOPUB) {
          sendNow(iopub, wire, next);
        } else {
          replies.add(next);
          signal.clear();
          wake.sink().write(signal);
        }
      } catch (IOException | RuntimeException e) {
        Log.warn("A message could not be sent: " + e);
      }
    }
  }

  private static void sendNow(ZMQ.Socket socket, Wire wire, Outgoing next) {
    if (next.message() != null) {
      List<byte[]> frames = wire.sign(next.message());
      for (int i = 0; i < frames.size(); i++) {
        socket.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
      }
    }
    if (next.sent() != null) {
      next.sent().countDown();
    }
  }

  private void receiveAll(Receiver receiver) {
    Wire wire = new Wire(connection.key());
    ByteBuffer signals = ByteBuffer.allocate(64);
    List<Channel> incoming = List.of(Channel.CONTROL, Channel.STDIN, Channel.SHELL);
    try (ZMQ.Poller poller = context.createPoller(incoming.size() + 1)) {
      for (Channel channel : incoming) {
        poller.register(sockets.get(channel), ZMQ.Poller.POLLIN);
      }
      poller.register(wake.source(), ZMQ.Poller.POLLIN);
      while (!context.isClosed()) {
        try {
          poller.poll(-1);
          boolean idle = true;
          if (poller.pollin(incoming.size())) {
            signals.clear();
            idle = wake.source().read(signals) <= 0;
          }
          for (Outgoing reply = replies.poll(); reply != null; reply = replies.poll()) {
            sendNow(sockets.get(reply.channel()), wire, reply);
          }
          for (int i = 0; i < incoming.size(); i++) {
            if (poller.pollin(i)) {
              receive(incoming.get(i), wire, receiver);
              idle = false;
            }
          }
          if (idle) {
            // ZeroMQ's thread says first that there is something, and then what. Where it is put
            // aside in between, waiting for it busily would keep it from going on.
            LockSupport.parkNanos(this, MOMENT_NANOS);
          }
        } catch (IOException | RuntimeException | StackOverflowError e) {
          Log.warn("Something went wrong between two messages: " + e);
        }
      }
    }
  }

  private void receive(Channel channel, Wire wire, Receiver receiver) {
    List<byte[]> frames = frames(sockets.get(channel));
    try {
      receiver.received(channel, wire.decode(frames));
    } catch (IOException e) {
      Log.warn("A message on " + channel + " was dropped: " + e.getMessage());
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      Log.warn("A message on " + channel + " could not be handled: " + e);
    }
  }

  /** Waits until everything queued so far has left, at most a second, and closes the sockets. */
  @Override
  public void close() {
    try {
      for (Channel channel : List.of(Channel.IOPUB, Channel.SHELL)) {
        CountDownLatch sent = new CountDownLatch(1);
        outgoing.add(new Outgoing(channel, null, sent));
        LockSupport.unpark(sender);
        if (!sent.await(1, java.util.concurrent.TimeUnit.SECONDS)) {
          break;
        }
      }
      // The frames are with ZeroMQ's own thread now; give it the moment it needs to write them.
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
