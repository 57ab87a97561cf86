package org.tokenfilter.carrier;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The path to which a user returns after a login: a path of this application with its query, such
 * as {@code /shop/orders?page=2}. It travels in the request parameter {@link #PARAMETER}, which any
 * client can forge.
 */
public final class ReturnPath {

  /** The name of the parameter of the login page. */
  public static final String PARAMETER = "next";

  /** The maximum length in characters; a query may be as long as a header. */
  private static final int MAX_LENGTH = 2000;

  /**
   * Texts that every browser treats as a path of the same host. Two slashes begin a host; browsers
   * treat a backslash as a slash, and drop tabs and line ends. The characters that end an attribute
   * or begin an element in HTML are excluded, since browsers encode them, so a page may print such
   * a path unescaped.
   */
  private static final Pattern SAFE_PATH = Pattern.compile("/(?!/)[!-~&&[^\\\\#\"<>`]]*");

  /** A parent segment, which could lead out of the application. */
  private static final Pattern STEP_UP =
      Pattern.compile("/(?:\\.|%2e){2}(?:[/?;]|\\z)", Pattern.CASE_INSENSITIVE);

  private ReturnPath() {}

  /**
   * Returns the URL of a login page with the path to return to. The parameter is left out if the
   * requested path is not one to return to.
   *
   * @param request the request that needs a login
   * @param contextPath the context path of the application
   * @param page the path of the login page within the application
   */
  public static String loginPageUrl(HttpServletRequest request, String contextPath, String page) {
    String context = percentEncoded(contextPath);
    String way = requestedPath(request, context);
    return way == null
        ? context + page
        : context + page + "?" + PARAMETER + "=" + URLEncoder.encode(way, StandardCharsets.UTF_8);
  }

  /**
   * Returns the path that the client requested, before any forward; null if it is not a valid path
   * to return to.
   */
  private static @Nullable String requestedPath(HttpServletRequest request, String contextPath) {
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
   * Returns the path to return to that a login page received.
   *
   * @param contextPath the context path of the application
   * @return a path of the application; its root if the parameter is absent or leads elsewhere
   */
  public static String from(HttpServletRequest request, String contextPath) {
    String context = percentEncoded(contextPath);
    String way = request.getParameter(PARAMETER);
    return way != null && isWithin(context, way) ? way : context + "/";
  }

  /** Percent-encodes a context path, which some containers report decoded. */
  private static String percentEncoded(String path) {
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
    return way.length() <= MAX_LENGTH
        && SAFE_PATH.matcher(way).matches()
        && !STEP_UP.matcher(path).find()
        && (path.equals(contextPath) || path.startsWith(contextPath + "/"));
  }
}
