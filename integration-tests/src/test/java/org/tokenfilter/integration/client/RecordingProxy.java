package org.tokenfilter.integration.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A recording proxy between a client and a server on loopback, which changes nothing. */
final class RecordingProxy implements AutoCloseable {

  private static final int BACKLOG = 50;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int HEXADECIMAL = 16;

  private final ServerSocket serverSocket;
  private final int port;
  private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
  private final List<Socket> openSockets = new CopyOnWriteArrayList<>();

  /** A request and its answer. */
  record Exchange(Message request, Message answer) {}

  /** The lines of a head, without the empty one, and a body; a chunked body is joined. */
  record Message(List<String> head, String body) {}

  /** Creates a proxy of the server at this port. */
  RecordingProxy(int port) throws IOException {
    this.port = port;
    this.serverSocket = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable action) {
    Thread thread = new Thread(action, "wire");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns the address for clients, without a slash at the end. */
  URI address() {
    return URI.create("http://127.0.0.1:" + serverSocket.getLocalPort());
  }

  /** Returns the exchanges so far, in the order of the responses. */
  List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = serverSocket.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        for (Socket socket : List.of(client, server)) {
          socket.setSoTimeout(TIMEOUT_MILLIS);
          openSockets.add(socket);
        }
        start(() -> relay(client, server));
      }
    } catch (IOException closed) {
      close();
    }
  }

  private void relay(Socket client, Socket server) {
    try (client;
        server) {
      InputStream fromClient = new BufferedInputStream(client.getInputStream());
      InputStream fromServer = new BufferedInputStream(server.getInputStream());
      while (true) {
        ByteArrayOutputStream asSent = new ByteArrayOutputStream();
        Message request = read(fromClient, asSent, false);
        asSent.writeTo(server.getOutputStream());
        ByteArrayOutputStream asAnswered = new ByteArrayOutputStream();
        Message answer = read(fromServer, asAnswered, true);
        // Before the client receives it, because the client may check the exchanges at once.
        exchanges.add(new Exchange(request, answer));
        asAnswered.writeTo(client.getOutputStream());
      }
    } catch (IOException ended) {
      // One side has closed its connection.
    }
  }

  private static Message read(InputStream in, ByteArrayOutputStream copy, boolean isAnswer)
      throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(next(in, copy));
    }
    List<String> lines = head.toString(StandardCharsets.ISO_8859_1).strip().lines().toList();
    String body = "";
    if (header(lines, "transfer-encoding").equals("chunked")) {
      body = chunks(in, copy);
    } else if (!header(lines, "content-length").isEmpty()) {
      body = bytes(in, copy, Integer.parseInt(header(lines, "content-length")));
    } else if (isAnswer && header(lines, "connection").equals("close")) {
      throw new EOFException("a body that ends with its connection is not supported");
    }
    return new Message(lines, body);
  }

  private static String chunks(InputStream in, ByteArrayOutputStream copy) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      StringBuilder size = new StringBuilder();
      while (size.indexOf("\r\n") < 0) {
        size.append((char) next(in, copy));
      }
      int length = Integer.parseInt(size.toString().strip(), HEXADECIMAL);
      body.append(bytes(in, copy, length));
      bytes(in, copy, 2);
      if (length == 0) {
        return body.toString();
      }
    }
  }

  private static String bytes(InputStream in, ByteArrayOutputStream copy, int length)
      throws IOException {
    byte[] bytes = in.readNBytes(length);
    copy.write(bytes);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int next(InputStream in, ByteArrayOutputStream copy) throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException();
    }
    copy.write(next);
    return next;
  }

  private static String header(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  @Override
  public void close() {
    try {
      serverSocket.close();
      for (Socket socket : openSockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new AssertionError("a socket was not closed", e);
    }
  }
}
