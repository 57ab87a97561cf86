package org.tokenfilter.registration;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A servlet that prints the user: at once, later, or through another path, as the query says. */
@SuppressWarnings("serial")
public final class WhoServlet extends HttpServlet {

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String how = request.getParameter("how");
    RequestDispatcher protectedPage = request.getRequestDispatcher("/api/who?how=now");
    if (how == null || how.equals("now")) {
      response.getWriter().print(request.getRemoteUser());
    } else if (how.equals("forward")) {
      protectedPage.forward(request, response);
    } else if (how.equals("include")) {
      protectedPage.include(request, response);
    } else if (how.equals("async")) {
      request.startAsync().dispatch("/api/who?how=now");
    } else if (how.equals("logout")) {
      request.logout();
    } else {
      response.sendError(Integer.parseInt(how));
    }
  }
}
