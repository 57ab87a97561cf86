package org.tokenfilter.benchmark.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that answers every request with the same bytes; a request is one read. */
final class ScriptedServer implements AutoCloseable {

  private static final int MAX_REQUEST_BYTES = 1 << 14;

  private final ServerSocket server;
  private final byte[] answer;

  ScriptedServer(String answer) throws IOException {
    this.answer = answer.getBytes(StandardCharsets.US_ASCII);
    this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket socket = server.accept();
        start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test closed the server.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      byte[] request = new byte[MAX_REQUEST_BYTES];
      InputStream input = socket.getInputStream();
      while (input.read(request) > 0) {
        socket.getOutputStream().write(answer);
      }
    } catch (IOException closed) {
      // The client closed the connection.
    }
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
