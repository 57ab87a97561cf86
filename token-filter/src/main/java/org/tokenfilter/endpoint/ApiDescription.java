package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * An API description. It is a resource of this jar in which only the path of the API is variable.
 *
 * @param file the resource beside this class, with {@code @base@} as the placeholder of the path
 * @param contentType the value of the Content-Type header
 */
record ApiDescription(String file, String contentType) {

  private static final String BASE = "@base@";

  void send(String base, HttpServletResponse response) throws IOException {
    byte[] body = read().replace(BASE, escape(base)).getBytes(StandardCharsets.UTF_8);
    response.setContentType(contentType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private String read() throws IOException {
    try (InputStream resource = ApiDescription.class.getResourceAsStream(file)) {
      if (resource == null) {
        throw new IllegalStateException(file + " is missing from the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Returns a path that is safe in XML and in JSON. A path is percent-encoded except for these
   * characters.
   */
  private static String escape(String text) {
    return text.replace("&", "%26").replace("<", "%3C").replace("\"", "%22").replace("\\", "%5C");
  }
}
