package org.tokenfilter.sample;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/** {@code POST /api/echo}: returns the body byte for byte, with its content type. */
public final class EchoServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  /** A servlet for web.xml. */
  public EchoServlet() {}

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getContentType() != null) {
      response.setContentType(request.getContentType());
    }
    // A browser must not run the body in this origin, regardless of its content type.
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Content-Security-Policy", "sandbox");
    request.getInputStream().transferTo(response.getOutputStream());
  }
}
