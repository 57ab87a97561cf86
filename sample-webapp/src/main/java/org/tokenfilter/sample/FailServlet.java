package org.tokenfilter.sample;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/**
 * {@code GET /api/fail?status=N}: answers with that status. A status of 400 or more renews no
 * token.
 */
public final class FailServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  /** A servlet for web.xml. */
  public FailServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String status = request.getParameter("status");
    if (status != null && status.matches("[2-5][0-9]{2}")) {
      response.setStatus(Integer.parseInt(status));
    } else {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST);
    }
  }
}
