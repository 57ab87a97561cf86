package org.tokenfilter.benchmark.peer;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;

/** The protected resource: a servlet that reads nothing and always gives the same response. */
public final class GreetingServlet extends HttpServlet {

  /** The path of the servlet. */
  public static final String PATH = "/greeting";

  @Serial private static final long serialVersionUID = 1L;

  private static final String TEXT =
      "{\"greeting\":\"Good morning\",\"to\":\"everybody who was let through\"}\n";

  private static final byte[] BODY = TEXT.getBytes(StandardCharsets.US_ASCII);

  /** Returns the body of the response. */
  public static byte[] body() {
    return BODY.clone();
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("application/json");
    response.setContentLength(BODY.length);
    response.getOutputStream().write(BODY);
  }
}
