package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A description of an API. A file of the jar, but for the path that it is at.
 *
 * @param file beside this class, with {@code @base@} for the path
 */
record Description(String file, String contentType) {

  private static final String BASE = "@base@";

  void send(String base, HttpServletResponse response) throws IOException {
    byte[] body = read().replace(BASE, escaped(base)).getBytes(StandardCharsets.UTF_8);
    response.setContentType(contentType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private String read() throws IOException {
    try (InputStream resource = Description.class.getResourceAsStream(file)) {
      if (resource == null) {
        throw new IllegalStateException(file + " is missing from the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Fits XML and JSON alike: a path is percent-encoded but for these. */
  private static String escaped(String text) {
    return text.replace("&", "%26").replace("<", "%3C").replace("\"", "%22").replace("\\", "%5C");
  }
}
