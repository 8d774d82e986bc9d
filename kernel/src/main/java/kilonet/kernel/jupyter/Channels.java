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

  private record Outgoing(Channel channel, Message message, CountDownLatch sent) {}

  private final ZContext context = new ZContext(1);
  private final Map<Channel, ZMQ.Socket> sockets = new EnumMap<>(Channel.class);
  private final ZMQ.Socket heartbeat;
  private final Pipe wake;
  private final String key;
  private final Queue<Outgoing> outgoing = new ConcurrentLinkedQueue<>();
  private final Queue<Outgoing> replies = new ConcurrentLinkedQueue<>();
  private Thread sender;

  /**
   * Binds the sockets.
   *
   * @throws IOException if an address is taken
   */
  Channels(Connection connection) throws IOException {
    key = connection.key();
    wake = Pipe.open();
    wake.source().configureBlocking(false);
    bind(connection, Channel.SHELL, SocketType.ROUTER, connection.shell());
    bind(connection, Channel.CONTROL, SocketType.ROUTER, connection.control());
    bind(connection, Channel.STDIN, SocketType.ROUTER, connection.stdin());
    bind(connection, Channel.IOPUB, SocketType.PUB, connection.iopub());
    heartbeat = bind(connection, SocketType.REP, connection.heartbeat());
  }

  private void bind(Connection connection, Channel channel, SocketType type, int port)
      throws IOException {
    sockets.put(channel, bind(connection, type, port));
  }

  private ZMQ.Socket bind(Connection connection, SocketType type, int port) throws IOException {
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

  /** Queues a message; returns at once. */
  void send(Channel channel, Message message) {
    outgoing.add(new Outgoing(channel, message, null));
    LockSupport.unpark(sender);
  }

  private void echo() {
    try {
      while (true) {
        heartbeat.send(heartbeat.recv(0), 0);
      }
    } catch (ZMQException e) {
      // The context was closed.
    }
  }

  private void sendAll() {
    Wire wire = new Wire(key);
    ZMQ.Socket iopub = sockets.get(Channel.IOPUB);
    ByteBuffer signal = ByteBuffer.allocate(1);
    try {
      while (true) {
        Outgoing next = outgoing.poll();
        if (next == null) {
          LockSupport.park(this);
        } else if (next.channel() == Channel.IOPUB) {
          if (next.message() != null) {
            send(iopub, wire, next.message());
          }
          if (next.sent() != null) {
            next.sent().countDown();
          }
        } else {
          replies.add(next);
          signal.clear();
          wake.sink().write(signal);
        }
      }
    } catch (IOException | ZMQException e) {
      // The context was closed.
    }
  }

  private void receiveAll(Receiver receiver) {
    Wire wire = new Wire(key);
    ByteBuffer signals = ByteBuffer.allocate(64);
    List<Channel> incoming = List.of(Channel.CONTROL, Channel.STDIN, Channel.SHELL);
    try (ZMQ.Poller poller = context.createPoller(incoming.size() + 1)) {
      for (Channel channel : incoming) {
        poller.register(sockets.get(channel), ZMQ.Poller.POLLIN);
      }
      poller.register(wake.source(), ZMQ.Poller.POLLIN);
      while (true) {
        poller.poll(-1);
        if (poller.pollin(incoming.size())) {
          signals.clear();
          wake.source().read(signals);
        }
        for (Outgoing reply = replies.poll(); reply != null; reply = replies.poll()) {
          if (reply.message() != null) {
            send(sockets.get(reply.channel()), wire, reply.message());
          }
          if (reply.sent() != null) {
            reply.sent().countDown();
          }
        }
        for (int i = 0; i < incoming.size(); i++) {
          if (poller.pollin(i)) {
            receive(incoming.get(i), wire, receiver);
          }
        }
      }
    } catch (IOException | ZMQException e) {
      // The context was closed.
    }
  }

  private void receive(Channel channel, Wire wire, Receiver receiver) {
    ZMQ.Socket socket = sockets.get(channel);
    List<byte[]> frames = new ArrayList<>();
    do {
      frames.add(socket.recv(0));
    } while (socket.hasReceiveMore());
    try {
      receiver.received(channel, wire.decode(frames));
    } catch (IOException e) {
      Log.warn("A message on " + channel + " was dropped: " + e.getMessage());
    } catch (RuntimeException e) {
      Log.warn("A message on " + channel + " could not be handled: " + e);
    }
  }

  private static void send(ZMQ.Socket socket, Wire wire, Message message) {
    List<byte[]> frames = wire.encode(message);
    for (int i = 0; i < frames.size(); i++) {
      socket.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
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
