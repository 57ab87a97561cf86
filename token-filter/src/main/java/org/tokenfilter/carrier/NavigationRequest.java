package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A check for navigation requests, in which a browser, and not a script, requests a page for a
 * user. The check uses {@code Sec-Fetch-Mode} (W3C Fetch Metadata) if the browser sends it, and
 * {@code Accept} otherwise.
 */
public final class NavigationRequest {

  private static final Set<String> HTML_TYPES = Set.of("text/html", "application/xhtml+xml");

  private NavigationRequest() {}

  /** Returns whether a request is a navigation request. */
  public static boolean matches(HttpServletRequest request) {
    if (!request.getMethod().equals("GET")) {
      return false;
    }
    String mode = request.getHeader("Sec-Fetch-Mode");
    if (mode != null) {
      return mode.equals("navigate");
    }
    return request.getHeader("X-Requested-With") == null && prefersHtml(request);
  }

  /**
   * Returns whether a page is the preferred type of answer. Browsers list the types of pages first;
   * a type of higher quality further on means that the client prefers something else.
   */
  private static boolean prefersHtml(HttpServletRequest request) {
    List<String> ranges;
    try {
      ranges = ListHeader.elements(request, "Accept");
    } catch (TokenRejectedException unreadable) {
      return false;
    }
    if (ranges.isEmpty() || !HTML_TYPES.contains(mediaType(ranges.get(0)))) {
      return false;
    }
    double first = quality(ranges.get(0));
    return first > 0 && ranges.stream().allMatch(range -> quality(range) <= first);
  }

  private static String mediaType(String range) {
    int end = range.indexOf(';');
    return (end < 0 ? range : range.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** Returns the quality of a media range; 0 if it is malformed. */
  private static double quality(String range) {
    for (String parameter : range.split(";", -1)) {
      String text = parameter.strip().toLowerCase(Locale.ROOT);
      if (text.startsWith("q=")) {
        try {
          return Double.parseDouble(text.substring(2));
        } catch (NumberFormatException unreadable) {
          return 0;
        }
      }
    }
    return 1;
  }
}
