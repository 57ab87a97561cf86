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
final class FaultyProxy implements AutoCloseable {

  /** A fault of a connection. */
  enum Fault {
    /** The connection is cut, and the database never sees the statement. */
    BEFORE_STATEMENT,
    /** The connection is cut when the database has replied. */
    BEFORE_REPLY,
    /** The connection stays open, but no further reply of the database is forwarded. */
    SILENCE
  }

  private record PendingFault(Fault fault, String statement) {

    boolean matches(byte[] sent, int length) {
      return new String(sent, 0, length, StandardCharsets.ISO_8859_1).contains(statement);
    }
  }

  private static final int BUFFER = 16_384;

  private final ServerSocket serverSocket =
      new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicReference<@Nullable PendingFault> pendingFault = new AtomicReference<>();
  private final AtomicInteger faults = new AtomicInteger();

  FaultyProxy(int target) throws IOException {
    this.target = target;
    threads.execute(this::accept);
  }

  int port() {
    return serverSocket.getLocalPort();
  }

  /** Forwards new connections to this port; existing connections are not affected. */
  void redirectTo(int port) {
    target = port;
  }

  /** Applies this fault once, at the next statement that contains this text. */
  void failNext(Fault fault, String statement) {
    pendingFault.set(new PendingFault(fault, statement));
  }

  int faults() {
    return faults.get();
  }

  private void accept() {
    try {
      while (!serverSocket.isClosed()) {
        connect(serverSocket.accept());
      }
    } catch (IOException closed) {
      // The test has closed the proxy.
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(client);
      sockets.add(server);
      AtomicReference<@Nullable Fault> due = new AtomicReference<>();
      threads.execute(() -> forwardToServer(client, server, due));
      threads.execute(() -> forwardToClient(client, server, due));
    } catch (IOException refused) {
      client.close();
    }
  }

  private void forwardToServer(Socket client, Socket server, AtomicReference<@Nullable Fault> due) {
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        PendingFault next = pendingFault.get();
        if (next != null && next.matches(buffer, n) && pendingFault.compareAndSet(next, null)) {
          faults.incrementAndGet();
          if (next.fault() == Fault.BEFORE_STATEMENT) {
            return;
          }
          due.set(next.fault());
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException gone) {
      // Either side hung up.
    }
  }

  private void forwardToClient(Socket client, Socket server, AtomicReference<@Nullable Fault> due) {
    try (client;
        server) {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (due.get() == Fault.BEFORE_REPLY) {
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
    serverSocket.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
