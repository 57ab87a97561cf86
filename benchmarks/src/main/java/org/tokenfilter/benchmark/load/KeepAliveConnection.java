package org.tokenfilter.benchmark.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is kept alive. It sends a request and reads the response to the last byte. It
 * allocates nothing per request, so that all garbage is that of the server. Not thread-safe.
 */
final class KeepAliveConnection implements AutoCloseable {

  private static final int MAX_RESPONSE = 1 << 14;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final byte[] STATUS_OK = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);

  private final int port;
  private final byte[] body;
  private final byte[] answer = new byte[MAX_RESPONSE];
  private @Nullable Socket socket;

  /**
   * Creates a connection to a port of the loopback address.
   *
   * @param port the port
   * @param body the expected body of a response
   */
  KeepAliveConnection(int port, byte[] body) {
    this.port = port;
    this.body = body.clone();
  }

  /**
   * Sends a request. Returns false if the response is not 200 with the expected body, or there is
   * none.
   */
  boolean succeeds(byte[] request) {
    try {
      Socket open = socket == null ? open() : socket;
      open.getOutputStream().write(request);
      if (isExpectedResponse(open.getInputStream())) {
        return true;
      }
    } catch (IOException failed) {
      // Counted by the caller as a failed request.
    }
    close();
    return false;
  }

  private Socket open() throws IOException {
    Socket open = new Socket(InetAddress.getLoopbackAddress(), port);
    open.setTcpNoDelay(true);
    open.setSoTimeout(TIMEOUT_MILLIS);
    socket = open;
    return open;
  }

  private boolean isExpectedResponse(InputStream input) throws IOException {
    int length = 0;
    int head = 0;
    int scanned = 0;
    do {
      int read = input.read(answer, length, MAX_RESPONSE - length);
      if (read <= 0) {
        return false;
      }
      length += read;
      while (head == 0 && scanned + 4 <= length) {
        head = endsHead(scanned) ? scanned + 4 : 0;
        scanned++;
      }
      if (head > 0 && !startsWith(STATUS_OK)) {
        return false;
      }
    } while (head == 0 || length < head + body.length);
    return length == head + body.length
        && Arrays.equals(answer, head, length, body, 0, body.length);
  }

  private boolean endsHead(int at) {
    return answer[at] == '\r'
        && answer[at + 1] == '\n'
        && answer[at + 2] == '\r'
        && answer[at + 3] == '\n';
  }

  private boolean startsWith(byte[] start) {
    return Arrays.equals(answer, 0, start.length, start, 0, start.length);
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException nothingToLose) {
        // The socket is not used again.
      }
    }
  }
}
