package org.tokenfilter.sample;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serial;

/** {@code GET /public/include}: a public page that includes a protected one. */
public final class IncludeServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  /** A servlet for web.xml. */
  public IncludeServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    response.setContentType("text/plain;charset=UTF-8");
    PrintWriter page = response.getWriter();
    page.println("before");
    request.getRequestDispatcher("/api/whoami").include(request, response);
    page.println();
    page.println("after");
  }
}
