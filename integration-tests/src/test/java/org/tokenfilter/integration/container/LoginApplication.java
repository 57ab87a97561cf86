package org.tokenfilter.integration.container;

import java.nio.file.Path;

/**
 * A shop with its own login page. Its pages: {@code /}, public, which shows its user; {@code
 * /login}, whose form is a view below WEB-INF; {@code /orders}, for users; {@code /public/bye}, a
 * logout; {@code /public/end?name=alice}, which revokes all tokens of a user, as another node
 * would.
 */
final class LoginApplication {

  private static final String SETTINGS =
      """
      <context-param>
        <param-name>token.carriers</param-name>
        <param-value>bearer, cookie</param-value>
      </context-param>
      <context-param>
        <param-name>token.paths.public</param-name>
        <param-value>/, /login, /public/*</param-value>
      </context-param>
      <context-param>
        <param-name>token.login-page</param-name>
        <param-value>/login</param-value>
      </context-param>
      """;

  private static final String SERVLETS =
      """
      <servlet>
        <servlet-name>pages</servlet-name>
        <servlet-class>Pages</servlet-class>
      </servlet>
      <servlet-mapping>
        <servlet-name>pages</servlet-name>
        <url-pattern></url-pattern>
        <url-pattern>/login</url-pattern>
        <url-pattern>/orders</url-pattern>
        <url-pattern>/public/bye</url-pattern>
        <url-pattern>/public/end</url-pattern>
        <url-pattern>/WEB-INF/form</url-pattern>
      </servlet-mapping>
      """;

  private static final String PAGES =
      """
      import jakarta.servlet.ServletException;
      import jakarta.servlet.http.HttpServlet;
      import jakarta.servlet.http.HttpServletRequest;
      import jakarta.servlet.http.HttpServletResponse;
      import java.io.IOException;
      import org.tokenfilter.config.TokenSecurity;

      public class Pages extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
          TokenSecurity security = TokenSecurity.of(getServletContext());
          response.setContentType("text/html;charset=utf-8");
          response.setHeader("Cache-Control", "no-store");
          switch (request.getServletPath()) {
            // Containers report one or the other for the root.
            case "", "/" -> show(response, "welcome, " + request.getRemoteUser());
            case "/orders" ->
                show(
                    response,
                    "orders of " + request.getRemoteUser() + ", page " + request.getParameter("page"));
            case "/login" -> {
              if (request.getMethod().equals("POST") && logsIn(request)) {
                response.setStatus(303);
                response.setHeader("Location", security.returnPath(request));
              } else {
                request.getRequestDispatcher("/WEB-INF/form").forward(request, response);
              }
            }
            case "/WEB-INF/form" ->
                show(
                    response,
                    "<p id=said>"
                        + (request.getMethod().equals("POST") ? "wrong" : "please log in")
                        + "</p><form method=post><input name=name><input name=password type=password>"
                        + "<button>log in</button></form>");
            case "/public/bye" -> {
              request.logout();
              show(response, "bye");
            }
            case "/public/end" -> {
              security.service().revokeAll(request.getParameter("name"));
              show(response, "ended");
            }
            default -> response.sendError(404);
          }
        }

        private static boolean logsIn(HttpServletRequest request) {
          try {
            request.login(request.getParameter("name"), request.getParameter("password"));
            return true;
          } catch (ServletException wrong) {
            return false;
          }
        }

        private static void show(HttpServletResponse response, String text) throws IOException {
          response.getWriter().print("<!DOCTYPE html><title>shop</title>" + text);
        }
      }
      """;

  private LoginApplication() {}

  /** Packs the application. */
  static Path war(String name) throws Exception {
    Shop shop = new Shop(name).webXml(SETTINGS, SERVLETS);
    shop.compile("Pages", PAGES);
    return shop.war();
  }
}
