package org.tokenfilter.carrier;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that refuses: a status, its headers, and a body of RFC 9457 ({@code
 * application/problem+json}) that is the same, byte for byte, each time. Immutable.
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
   * A problem without headers.
   *
   * @param title the status in words, as RFC 9110 has it
   */
  static Problem of(int status, String title) {
    return of(status, title, null);
  }

  /**
   * A problem that names its reason.
   *
   * @param reason an additional member; null for none
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

  /** The same problem with one header more. */
  Problem with(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new Problem(status, body, List.copyOf(more));
  }

  /** Its status. */
  public int status() {
    return status;
  }

  /** Makes this the answer. The response must not be committed. */
  public void send(HttpServletResponse response) throws IOException {
    send(response, "application/problem+json", body);
  }

  /** Makes this the answer with another body, for clients that expect one of their own. */
  public void send(HttpServletResponse response, String contentType, byte[] content)
      throws IOException {
    response.resetBuffer();
    response.setStatus(status);
    for (Header header : headers) {
      response.addHeader(header.name(), header.value());
    }
    forbidStoring(response);
    response.setContentType(contentType);
    response.setContentLength(content.length);
    write(response, content);
  }

  /** Makes this the answer, with the error page that the application has for its status. */
  public void sendError(HttpServletResponse response) throws IOException {
    for (Header header : headers) {
      response.addHeader(header.name(), header.value());
    }
    forbidStoring(response);
    response.sendError(status);
  }

  /** A page that forwards may have taken the writer, and some containers then give nothing else. */
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

  /** Forbids every cache to keep the answer, and browsers to guess its type. */
  public static void forbidStoring(HttpServletResponse response) {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Pragma", "no-cache");
    response.setHeader("X-Content-Type-Options", "nosniff");
  }
}
