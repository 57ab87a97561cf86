package org.tokenfilter.filter;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.NavigationRequest;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.ReturnPath;
import org.tokenfilter.config.ConfigurationException;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.config.SecurityHandle;

/**
 * The handler of denied requests. A person who is not logged in is redirected to the login page, if
 * there is one. All other requests receive a problem document or the application's error page.
 *
 * <pre>
 *   GET /shop/orders?page=2                  302 Found
 *   Sec-Fetch-Mode: navigate                 Location: /shop/login?next=%2Fshop%2Forders%3Fpage%3D2
 * </pre>
 */
final class DenialHandler {

  private static final int UNAUTHORIZED = HttpServletResponse.SC_UNAUTHORIZED;

  private final ServletContext context;
  private final @Nullable String loginPage;
  private final boolean usesErrorPage;

  /**
   * Creates the handler of a filter.
   *
   * @throws ConfigurationException if the login page itself needs a token
   */
  DenialHandler(SecurityHandle handle, ServletContext context, PathPatterns publicPaths) {
    this.context = context;
    this.loginPage = handle.settings().loginPage();
    this.usesErrorPage = handle.settings().usesErrorPages();
    if (loginPage != null && !publicPaths.matches(loginPage)) {
      throw new ConfigurationException(
          List.of(
              "%s=%s must not need a token, or it would redirect to itself forever; list it in"
                      .formatted(ConfigurationKey.LOGIN_PAGE.key(), loginPage)
                  + " "
                  + ConfigurationKey.PATHS_PUBLIC.key()));
    }
  }

  /** Sends the response to a denied request. The response must not be committed. */
  void send(Problem problem, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (loginPage != null
        && problem.status() == UNAUTHORIZED
        && NavigationRequest.matches(request)) {
      response.resetBuffer();
      Problem.setNoStore(response);
      response.setStatus(HttpServletResponse.SC_FOUND);
      // Not by sendRedirect: some containers make an absolute URL of it from the header Host.
      response.setHeader(
          "Location", ReturnPath.loginPageUrl(request, context.getContextPath(), loginPage));
    } else if (usesErrorPage) {
      problem.sendError(response);
    } else {
      problem.send(response);
    }
  }
}
