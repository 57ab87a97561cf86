package org.tokenfilter.carrier;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a login leads back to: a path of this application with its query, as in {@code
 * /shop/orders?page=2}. It travels in the parameter {@link #PARAMETER}, where anybody may write
 * something else.
 */
public final class WayBack {

  /** The parameter of the login page. */
  public static final String PARAMETER = "next";

  /** Longer ones are not kept: a query may be as long as a header. */
  private static final int LONGEST = 2000;

  /**
   * What a browser takes for a path of the same host, whatever it makes of it: two slashes begin a
   * host, browsers take a backslash for a slash, and leave out tabs and line ends. What ends an
   * attribute or begins an element of HTML browsers encode; a page may print it as it is.
   */
  private static final Pattern PATH = Pattern.compile("/(?!/)[!-~&&[^\\\\#\"<>`]]*");

  /** A step up leads out of the application. */
  private static final Pattern STEP_UP =
      Pattern.compile("/(?:\\.|%2e){2}(?:[/?;]|\\z)", Pattern.CASE_INSENSITIVE);

  private WayBack() {}

  /**
   * The address of a login page, with the way back to what a request asks for.
   *
   * @param contextPath the application's
   * @param page the login page's path in it
   */
  public static String over(HttpServletRequest request, String contextPath, String page) {
    String context = asSent(contextPath);
    String way = to(request, context);
    return way == null
        ? context + page
        : context + page + "?" + PARAMETER + "=" + URLEncoder.encode(way, StandardCharsets.UTF_8);
  }

  /** Before it was forwarded; null if it is no address to go back to. */
  private static @Nullable String to(HttpServletRequest request, String contextPath) {
    Object forwarded = request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI);
    Object uri = forwarded == null ? request.getRequestURI() : forwarded;
    Object query =
        forwarded == null
            ? request.getQueryString()
            : request.getAttribute(RequestDispatcher.FORWARD_QUERY_STRING);
    String way = uri + (query == null ? "" : "?" + query);
    return isWithin(contextPath, way) ? way : null;
  }

  /**
   * What a login page was given.
   *
   * @param contextPath the application's
   * @return a path of the application; its root if the parameter is absent or leads elsewhere
   */
  public static String from(HttpServletRequest request, String contextPath) {
    String context = asSent(contextPath);
    String way = request.getParameter(PARAMETER);
    return way != null && isWithin(context, way) ? way : context + "/";
  }

  /** Some containers tell the context path decoded. */
  private static String asSent(String path) {
    StringBuilder sent = new StringBuilder();
    for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
      if (octet > ' ' && octet < 127) {
        sent.append((char) octet);
      } else {
        sent.append("%%%02X".formatted(octet));
      }
    }
    return sent.toString();
  }

  private static boolean isWithin(String contextPath, String way) {
    int end = way.indexOf('?');
    String path = end < 0 ? way : way.substring(0, end);
    return way.length() <= LONGEST
        && PATH.matcher(way).matches()
        && !STEP_UP.matcher(path).find()
        && (path.equals(contextPath) || path.startsWith(contextPath + "/"));
  }
}
