package org.tokenfilter.attack;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Pages that send the status, or the failure, that their path names. */
final class FailingServlet {

  private FailingServlet() {}

  static void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String how = request.getPathInfo().substring(1);
    switch (how) {
      case "throw" -> throw new IllegalStateException("the page fails, as it is told to");
      case "404" -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
      case "302" -> response.sendRedirect("/public/x");
      case "async" -> {
        AsyncContext async = request.startAsync();
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        async.complete();
      }
      case "late" -> {
        response.flushBuffer();
        throw new IllegalStateException("the page fails after its answer has begun");
      }
      default -> response.setStatus(Integer.parseInt(how));
    }
  }
}
