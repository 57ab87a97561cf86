package org.tokenfilter.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between a store and its database, on loopback, that cuts the connection at a statement
 * such as COMMIT: before the statement has reached the database, or after the database has executed
 * it and before its reply is forwarded. It can also drop the database's replies silently.
 */
final class CuttingProxy implements AutoCloseable {

  /** A fault of a connection. */
  enum Cut {
    /** The connection is cut, and the database never sees the statement. */
    BEFORE_STATEMENT,
    /** The connection is cut when the database has replied. */
    BEFORE_REPLY,
    /** The connection stays open, but no further reply of the database is forwarded. */
    SILENCE
  }

  private record Order(Cut cut, String statement) {

    boolean isFor(byte[] sent, int length) {
      return new String(sent, 0, length, StandardCharsets.ISO_8859_1).contains(statement);
    }
  }

  private static final int BUFFER = 16_384;

  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicReference<@Nullable Order> order = new AtomicReference<>();
  private final AtomicInteger cuts = new AtomicInteger();

  CuttingProxy(int target) throws IOException {
    this.target = target;
    threads.execute(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** Forwards new connections to this port; existing connections are not affected. */
  void leadTo(int port) {
    target = port;
  }

  /** Applies this fault once, at the next statement that contains this text. */
  void cutNext(Cut cut, String statement) {
    order.set(new Order(cut, statement));
  }

  int cuts() {
    return cuts.get();
  }

  private void accept() {
    try {
      while (!door.isClosed()) {
        join(door.accept());
      }
    } catch (IOException closed) {
      // The test has closed the proxy.
    }
  }

  private void join(Socket client) throws IOException {
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(client);
      sockets.add(server);
      AtomicReference<@Nullable Cut> due = new AtomicReference<>();
      threads.execute(() -> toServer(client, server, due));
      threads.execute(() -> toClient(client, server, due));
    } catch (IOException refused) {
      client.close();
    }
  }

  private void toServer(Socket client, Socket server, AtomicReference<@Nullable Cut> due) {
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Order next = order.get();
        if (next != null && next.isFor(buffer, n) && order.compareAndSet(next, null)) {
          cuts.incrementAndGet();
          if (next.cut() == Cut.BEFORE_STATEMENT) {
            return;
          }
          due.set(next.cut());
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException gone) {
      // Either side hung up.
    }
  }

  private void toClient(Socket client, Socket server, AtomicReference<@Nullable Cut> due) {
    try (client;
        server) {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (due.get() == Cut.BEFORE_REPLY) {
          return;
        }
        if (due.get() == null) {
          out.write(buffer, 0, n);
          out.flush();
        }
      }
    } catch (IOException gone) {
      // Either side hung up.
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
