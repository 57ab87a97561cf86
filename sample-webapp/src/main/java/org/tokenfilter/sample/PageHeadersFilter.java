package org.tokenfilter.sample;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.Map;

/**
 * Sets the security headers of the page and its files: browsers load and run nothing from other
 * origins, no other site may frame them, and each use is revalidated.
 *
 * <pre>
 *   GET /                   200 OK
 *                           Content-Security-Policy: default-src 'none'; script-src 'self'; ...
 *                           X-Content-Type-Options: nosniff
 *                           Referrer-Policy: no-referrer
 *                           Cache-Control: no-cache
 * </pre>
 */
public final class PageHeadersFilter extends HttpFilter {

  @Serial private static final long serialVersionUID = 1L;

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          String.join(
              "; ",
              "default-src 'none'",
              "script-src 'self'",
              "style-src 'self'",
              "img-src 'self'",
              "connect-src 'self'",
              "base-uri 'none'",
              "form-action 'none'",
              "frame-ancestors 'none'"),
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-cache");

  /** A filter for web.xml. */
  public PageHeadersFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (isPageResource(request)) {
      HEADERS.forEach(response::setHeader);
    }
    chain.doFilter(request, response);
  }

  /**
   * Returns true for the page and its files. The path of the welcome file depends on the container.
   */
  private static boolean isPageResource(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = info == null ? request.getServletPath() : request.getServletPath() + info;
    return path.isEmpty()
        || path.equals("/")
        || path.equals("/index.html")
        || path.startsWith("/public/");
  }
}
