package org.tokenfilter.integration.container.chain;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A log of the pages that ran for each request, in their order, with their users: {@code ID P0=null
 * S1=alice}. The first line is the number of requests and threads that have not finished, including
 * this request.
 */
public class PageRunLog extends HttpServlet {

  private static final long serialVersionUID = 1;

  private static final Map<String, String> PAGES = new ConcurrentHashMap<>();
  private static final AtomicInteger ACTIVE = new AtomicInteger();

  static void record(String id, String page) {
    PAGES.merge(id, " " + page, String::concat);
  }

  static void begin() {
    ACTIVE.incrementAndGet();
  }

  static void end() {
    ACTIVE.decrementAndGet();
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    PrintWriter out = response.getWriter();
    out.print(ACTIVE.get() + "\n");
    PAGES.forEach((id, pages) -> out.print(id + pages + "\n"));
  }
}
