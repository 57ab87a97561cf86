package org.tokenfilter.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** A client that sends exactly the given bytes, from a given address. */
public final class RawHttp {

  private static final int TIMEOUT_MILLIS = 30_000;

  private final int port;
  private final String source;

  private RawHttp(int port, String source) {
    this.port = port;
    this.source = source;
  }

  /** Returns a client of this application, from 127.0.0.1. */
  public static RawHttp to(WebApp app) {
    return to(app.port());
  }

  /** Returns a client of this port on loopback, from 127.0.0.1. */
  public static RawHttp to(int port) {
    return new RawHttp(port, "127.0.0.1");
  }

  /** Returns the same client from another address of this machine, such as 127.0.0.2. */
  public RawHttp from(String address) {
    return new RawHttp(port, address);
  }

  /**
   * An answer.
   *
   * @param head the status line and the headers
   */
  public record Answer(String head, String body) {

    public int status() {
      return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    }

    public List<String> all(String name) {
      return head.lines()
          .skip(1)
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .toList();
    }
  }

  /** Gets a path; headers come as whole lines. */
  public Answer get(String path, String... headers) throws IOException {
    return send("GET", path, headers);
  }

  /** Sends a request without a body; a header Host is added where none is given. */
  public Answer send(String method, String path, String... headers) throws IOException {
    boolean named = Stream.of(headers).anyMatch(header -> header.startsWith("Host:"));
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    text.append(named ? "" : "Host: 127.0.0.1:" + port + "\r\n");
    Stream.of(headers).forEach(header -> text.append(header).append("\r\n"));
    text.append("Connection: close\r\n\r\n");
    return raw(text.toString());
  }

  /** Posts a body, each character as one byte. */
  public Answer post(String path, String type, String body, String... headers) throws IOException {
    StringBuilder text = new StringBuilder("POST " + path + " HTTP/1.1\r\n");
    text.append("Host: 127.0.0.1:").append(port).append("\r\n");
    Stream.of(headers).forEach(header -> text.append(header).append("\r\n"));
    text.append("Content-Type: ").append(type).append("\r\n");
    text.append("Content-Length: ").append(body.length()).append("\r\n");
    return raw(text + "Connection: close\r\n\r\n" + body);
  }

  /** Sends this, each character as one byte, and reads the answer without closing the output. */
  public Answer raw(String text) throws IOException {
    try (Socket socket = connected()) {
      write(text, socket);
      return read(socket);
    }
  }

  /** Sends this, shuts down the output and reads the answer. */
  public Answer sendAndShutDownOutput(String text) throws IOException {
    try (Socket socket = connected()) {
      write(text, socket);
      socket.shutdownOutput();
      return read(socket);
    }
  }

  /** Sends this and breaks the connection. */
  public void abort(String text) throws IOException {
    try (Socket socket = connected()) {
      socket.setSoLinger(true, 0);
      write(text, socket);
    }
  }

  private Socket connected() throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(source), 0);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  private static void write(String text, Socket socket) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends this, shuts down the output and returns everything up to the end of the connection. */
  public String sendAndReadAll(String text) throws IOException {
    try (Socket socket = connected()) {
      write(text, socket);
      socket.shutdownOutput();
      return received(socket);
    }
  }

  private static String received(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private static Answer read(Socket socket) throws IOException {
    String answer = received(socket);
    int end = answer.indexOf("\r\n\r\n");
    return new Answer(answer.substring(0, end), answer.substring(end + 4));
  }
}
