package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The description of the access token resources (W3C submission WADL). A file of the jar, but for
 * the path that the servlet is mapped to.
 */
final class Wadl {

  private static final String FILE = "access-tokens.wadl";
  private static final String BASE = "@base@";

  private Wadl() {}

  static void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String base = request.getContextPath() + request.getServletPath();
    byte[] body = read().replace(BASE, escaped(base)).getBytes(StandardCharsets.UTF_8);
    response.setContentType("application/vnd.sun.wadl+xml");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private static String read() throws IOException {
    try (InputStream file = Wadl.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new IllegalStateException(FILE + " is missing from the jar");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
