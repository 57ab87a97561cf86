package org.tokenfilter.carrier;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error response: a status, its headers, and a body of RFC 9457 ({@code
 * application/problem+json}) that is always the same, byte for byte. Immutable.
 *
 * <pre>
 *   401 Unauthorized
 *   WWW-Authenticate: Bearer realm="shop", error="invalid_token"
 *   Cache-Control: no-store
 *
 *   {"type":"about:blank","title":"Unauthorized","status":401}
 * </pre>
 */
public final class Problem {

  private record Header(String name, String value) {}

  private final int status;
  private final byte[] body;
  private final List<Header> headers;

  private Problem(int status, byte[] body, List<Header> headers) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /**
   * Returns a problem without headers.
   *
   * @param title the phrase for the status from RFC 9110
   */
  static Problem of(int status, String title) {
    return of(status, title, null);
  }

  /**
   * Returns a problem with a reason.
   *
   * @param title the phrase for the status from RFC 9110
   * @param reason the value of the additional member {@code reason}; null for none
   */
  static Problem of(int status, String title, @Nullable String reason) {
    String body =
        "{\"type\":\"about:blank\",\"title\":\""
            + title
            + "\",\"status\":"
            + status
            + (reason == null ? "" : ",\"reason\":\"" + reason + "\"")
            + "}";
    return new Problem(status, body.getBytes(StandardCharsets.US_ASCII), List.of());
  }

  /** Returns a copy of this problem with one more header. */
  Problem with(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new Problem(status, body, List.copyOf(more));
  }

  /** Returns the HTTP status code. */
  public int status() {
    return status;
  }

  /** Sends this problem as the response, which must not be committed. */
  public void send(HttpServletResponse response) throws IOException {
    send(response, "application/problem+json", body);
  }

  /**
   * Sends this problem with another body, for clients that expect a format of their own. The
   * response must not be committed.
   */
  public void send(HttpServletResponse response, String contentType, byte[] content)
      throws IOException {
    response.resetBuffer();
    response.setStatus(status);
    for (Header header : headers) {
      response.addHeader(header.name(), header.value());
    }
    setNoStore(response);
    response.setContentType(contentType);
    response.setContentLength(content.length);
    write(response, content);
  }

  /**
   * Sends this problem with the application's error page for its status. The response must not be
   * committed.
   */
  public void sendError(HttpServletResponse response) throws IOException {
    for (Header header : headers) {
      response.addHeader(header.name(), header.value());
    }
    setNoStore(response);
    response.sendError(status);
  }

  /**
   * Writes the body to the output stream, or to the writer if that is already in use. A page that
   * forwards may have obtained the writer, and some containers then refuse the stream.
   */
  private static void write(HttpServletResponse response, byte[] content) throws IOException {
    ServletOutputStream stream;
    try {
      stream = response.getOutputStream();
    } catch (IllegalStateException writerIsTaken) {
      response.getWriter().write(new String(content, StandardCharsets.UTF_8));
      return;
    }
    stream.write(content);
  }

  /** Sets headers that forbid every cache to store the response, and browsers to guess its type. */
  public static void setNoStore(HttpServletResponse response) {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Pragma", "no-cache");
    response.setHeader("X-Content-Type-Options", "nosniff");
  }
}
