package org.tokenfilter.integration.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A client that sends the requests of a browser, header by header, from any loopback address. */
final class TlsClient {

  private static final int TIMEOUT_MILLIS = 60_000;

  private final SSLSocketFactory sockets;
  private final int port;
  private final String source;

  TlsClient(SSLSocketFactory sockets, int port) {
    this(sockets, port, "127.0.0.1");
  }

  private TlsClient(SSLSocketFactory sockets, int port, String source) {
    this.sockets = sockets;
    this.port = port;
    this.source = source;
  }

  /** Returns a client with another source address. */
  TlsClient withSource(String address) {
    return new TlsClient(sockets, port, address);
  }

  /** Returns the origin of the pages that the proxy serves. */
  String origin() {
    return "https://localhost:" + port;
  }

  /** Sends a request and reads the response to its end; of an opened WebSocket, the first text. */
  Reply send(String method, String path, String... lines) throws IOException {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    request.append("Host: localhost:").append(port).append("\r\n");
    for (String line : lines) {
      request.append(line).append("\r\n");
    }
    boolean handshake = List.of(lines).contains("Upgrade: websocket");
    request.append(handshake ? "Connection: Upgrade\r\n" : "Connection: close\r\n");
    if (method.equals("POST")) {
      request.append("Content-Length: 0\r\n");
    }
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      String head = head(in);
      int status = Integer.parseInt(head.substring(9, 12));
      return new Reply(status, head, status == 101 ? text(in) : rest(in, handshake));
    }
  }

  private Socket connect() throws IOException {
    Socket plain = new Socket();
    plain.bind(new InetSocketAddress(source, 0));
    plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    plain.setSoTimeout(TIMEOUT_MILLIS);
    SSLSocket socket = (SSLSocket) sockets.createSocket(plain, "localhost", port, true);
    socket.startHandshake();
    return socket;
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no answer: " + head.toString(StandardCharsets.ISO_8859_1));
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /**
   * Returns the rest of a response; none after a refused handshake, whose connection may stay open.
   */
  private static String rest(InputStream in, boolean handshake) throws IOException {
    return handshake ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Reads a text frame of up to 125 bytes (RFC 6455, 5.2). */
  private static String text(InputStream in) throws IOException {
    byte[] start = in.readNBytes(2);
    if (start.length < 2 || start[0] != (byte) 0x81 || start[1] < 0 || start[1] > 125) {
      throw new IOException("no short text");
    }
    return new String(in.readNBytes(start[1]), StandardCharsets.UTF_8);
  }

  /** A response. */
  record Reply(int status, String head, String body) {

    /** Returns the values of a header, in their order. */
    List<String> values(String name) {
      return head.lines()
          .filter(
              line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .toList();
    }
  }
}
