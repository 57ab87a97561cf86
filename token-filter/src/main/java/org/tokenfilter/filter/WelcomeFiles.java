package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.MappingMatch;
import java.net.MalformedURLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.filter.Trail.Entered;

/**
 * The welcome files of public paths that end with a slash. The container chooses them, and the
 * client does not.
 *
 * <pre>
 *   Tomcat, Undertow   GET /   the request's path is /index.html, its URI is /
 *   Jetty              GET /   its default servlet forwards to /index.html
 *   Spring Boot        GET /   its DispatcherServlet forwards to itself, at /index.html
 * </pre>
 *
 * <p>A servlet that has a path of its own is none, whatever file is there as well.
 */
final class WelcomeFiles {

  /** What a client may ask for: nothing that containers read in different ways. */
  private static final Pattern FOLDER =
      Pattern.compile("((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*+)*+/)(?:;[^/]*)?");

  private static final String SPRINGS = "index.html";
  private static final String JETTYS = "org.eclipse.jetty.";

  /** The attribute in which Jetty's default servlet says that the forward is its own. */
  private static final String JETTYS_WELCOME = "org.eclipse.jetty.server.welcome";

  private final ServletContext context;
  private final PathPatterns publicPaths;

  WelcomeFiles(ServletContext context, PathPatterns publicPaths) {
    this.context = context;
    this.publicPaths = publicPaths;
  }

  /** Whether a dispatch is to the welcome file of a public path. */
  boolean have(Dispatch dispatch, @Nullable Trail trail) {
    String path = dispatch.path();
    if (path == null || !isNoPathOfItsOwn(dispatch.request(), dispatch.type())) {
      return false;
    }
    if (dispatch.type() == DispatcherType.REQUEST) {
      return isIn(askedFor(dispatch.request()), path) && isFile(path);
    }
    Entered from = trail == null ? null : trail.last();
    String servlet = from == null ? null : from.servlet();
    if (from == null
        || servlet == null
        || dispatch.type() != DispatcherType.FORWARD
        || !isIn(from.dispatch().path(), path)) {
      return false;
    }
    return isOfContainer(servlet)
        ? path.equals(dispatch.request().getAttribute(JETTYS_WELCOME)) && isFile(path)
        : path.equals(from.dispatch().path() + SPRINGS)
            && servlet.equals(dispatch.request().getHttpServletMapping().getServletName());
  }

  /**
   * The servlet of such a path is chosen by what the path ends with, or for lack of another. Tomcat
   * leaves the match of a welcome file open where its default servlet serves it.
   */
  private static boolean isNoPathOfItsOwn(HttpServletRequest request, DispatcherType type) {
    HttpServletMapping mapping = request.getHttpServletMapping();
    if (mapping == null) {
      return false;
    }
    MappingMatch match = mapping.getMappingMatch();
    return match == MappingMatch.DEFAULT
        || match == MappingMatch.EXTENSION
        || (match == null && type == DispatcherType.REQUEST);
  }

  /** The folder as the client names it, within the application; null if it names none. */
  private static @Nullable String askedFor(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String own = request.getContextPath();
    if (uri == null || !uri.startsWith(own)) {
      return null;
    }
    Matcher folder = FOLDER.matcher(uri.substring(own.length()));
    return folder.matches() ? folder.group(1) : null;
  }

  private boolean isIn(@Nullable String folder, String path) {
    return folder != null
        && folder.endsWith("/")
        && path.startsWith(folder)
        && publicPaths.cover(folder);
  }

  private boolean isFile(String path) {
    try {
      return context.getResource(path) != null;
    } catch (MalformedURLException none) {
      return false;
    }
  }

  /** One of the container's own forwards to welcome files alone. */
  private boolean isOfContainer(String servlet) {
    ServletRegistration registration = context.getServletRegistration(servlet);
    String className = registration == null ? null : registration.getClassName();
    return className != null && className.startsWith(JETTYS);
  }
}
