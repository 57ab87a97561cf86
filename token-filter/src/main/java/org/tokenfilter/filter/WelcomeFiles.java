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
import org.tokenfilter.filter.DispatchHistory.PublicDispatch;

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

  private static final String SPRING_WELCOME_FILE = "index.html";
  private static final String JETTY_PACKAGE = "org.eclipse.jetty.";

  /** The attribute in which Jetty's default servlet names the target of its own forward. */
  private static final String JETTY_WELCOME_ATTRIBUTE = "org.eclipse.jetty.server.welcome";

  private final ServletContext context;
  private final PathPatterns publicPaths;

  WelcomeFiles(ServletContext context, PathPatterns publicPaths) {
    this.context = context;
    this.publicPaths = publicPaths;
  }

  /** Returns whether a dispatch leads to the welcome file of a public path. */
  boolean matches(Dispatch dispatch, @Nullable DispatchHistory history) {
    String path = dispatch.path();
    if (path == null || !hasNoOwnMapping(dispatch.request(), dispatch.type())) {
      return false;
    }
    if (dispatch.type() == DispatcherType.REQUEST) {
      return isInPublicFolder(requestedFolder(dispatch.request()), path) && isFile(path);
    }
    PublicDispatch from = history == null ? null : history.last();
    String servlet = from == null ? null : from.servlet();
    if (from == null
        || servlet == null
        || dispatch.type() != DispatcherType.FORWARD
        || !isInPublicFolder(from.dispatch().path(), path)) {
      return false;
    }
    return isContainerServlet(servlet)
        ? path.equals(dispatch.request().getAttribute(JETTY_WELCOME_ATTRIBUTE)) && isFile(path)
        : path.equals(from.dispatch().path() + SPRING_WELCOME_FILE)
            && servlet.equals(dispatch.request().getHttpServletMapping().getServletName());
  }

  /**
   * Returns whether the servlet was chosen by the extension of the path or as the default, not by a
   * path of its own. Tomcat reports no match for a welcome file that its default servlet serves.
   */
  private static boolean hasNoOwnMapping(HttpServletRequest request, DispatcherType type) {
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
  private static @Nullable String requestedFolder(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String own = request.getContextPath();
    if (uri == null || !uri.startsWith(own)) {
      return null;
    }
    Matcher folder = FOLDER.matcher(uri.substring(own.length()));
    return folder.matches() ? folder.group(1) : null;
  }

  private boolean isInPublicFolder(@Nullable String folder, String path) {
    return folder != null
        && folder.endsWith("/")
        && path.startsWith(folder)
        && publicPaths.matches(folder);
  }

  private boolean isFile(String path) {
    try {
      return context.getResource(path) != null;
    } catch (MalformedURLException none) {
      return false;
    }
  }

  /** Returns whether a servlet is the container's own, which forwards to welcome files only. */
  private boolean isContainerServlet(String servlet) {
    ServletRegistration registration = context.getServletRegistration(servlet);
    String className = registration == null ? null : registration.getClassName();
    return className != null && className.startsWith(JETTY_PACKAGE);
  }
}
