package org.tokenfilter.integration.container;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A response to a request that no well-behaved client sends. */
record RawResponse(int status, String head, String text) {

  private static final int TIMEOUT_MILLIS = 30_000;

  /** Sends lines unchanged, one byte a character. */
  static RawResponse get(int port, String path, String cookie, String... lines) throws IOException {
    String request =
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nCookie: %s\r\n%s\r\n"
            .formatted(
                path, port, cookie, lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = answer.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new IOException("no answer: " + answer);
      }
      String head = answer.substring(0, end);
      return new RawResponse(
          Integer.parseInt(head.substring(9, 12)), head, dechunk(head, answer.substring(end + 4)));
    }
  }

  private static String dechunk(String head, String body) {
    boolean chunked = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
    return chunked ? body.substring(body.indexOf("\r\n") + 2) : body;
  }
}
