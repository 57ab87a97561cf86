package org.tokenfilter.sample;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/** {@code GET|POST /api/whoami}: answers the user and the token of the request. */
public final class WhoAmIServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  /** A servlet for web.xml. */
  public WhoAmIServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("application/json;charset=UTF-8");
    response.getWriter().write(WhoAmI.json(request));
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    doGet(request, response);
  }
}
