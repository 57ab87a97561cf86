package org.tokenfilter.sample;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/** {@code GET /api/admin}: for the role admin, which the application itself checks. */
public final class AdminServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  /** A servlet for web.xml. */
  public AdminServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.isUserInRole("admin")) {
      response.setContentType("application/json;charset=UTF-8");
      response.getWriter().write(WhoAmI.json(request));
    } else {
      response.sendError(HttpServletResponse.SC_FORBIDDEN);
    }
  }
}
