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
 * The welcome files of public paths that end with a slash. The container, not the client, chooses
 * them.
 *
 * <pre>
 *   Tomcat, Undertow   GET /   the request's path is /index.html, its URI is /
 *   Jetty              GET /   its default servlet forwards to /index.html
 *   Spring Boot        GET /   its DispatcherServlet forwards to itself, at /index.html
 * </pre>
 *
 * <p>A servlet that has a path of its own is no welcome file, even if a file exists there.
 */
final class WelcomeFiles {

  /** The accepted form of a requested folder, which all containers interpret in the same way. */
  private static final Pattern FOLDER =
      Pattern.compile("((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*+)*+/)(?:;[^/]*)?");

  private static final String SPRINGS = "index.html";
  private static final String JETTYS = "org.eclipse.jetty.";

  /** The attribute in which Jetty's default servlet names the target of its own forward. */
  private static final String JETTYS_WELCOME = "org.eclipse.jetty.server.welcome";

  private final ServletContext context;
  private final PathPatterns publicPaths;

  WelcomeFiles(ServletContext context, PathPatterns publicPaths) {
    this.context = context;
    this.publicPaths = publicPaths;
  }

  /** Returns whether a dispatch leads to the welcome file of a public path. */
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
   * Returns whether the servlet was chosen by the extension of the path or as the default, not by a
   * path of its own. Tomcat reports no match for a welcome file that its default servlet serves.
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

  /**
   * Returns the folder that the client requests, within the application; null if it requests none.
   */
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

  /** Returns whether a servlet is the container's own, which forwards to welcome files only. */
  private boolean isOfContainer(String servlet) {
    ServletRegistration registration = context.getServletRegistration(servlet);
    String className = registration == null ? null : registration.getClassName();
    return className != null && className.startsWith(JETTYS);
  }
}
