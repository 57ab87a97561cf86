package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The parts of a public page on each container: its view below WEB-INF, its welcome file, and its
 * user.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Container.class)
final class PublicPagesIT {

  private static final String SETTINGS =
      """
      <context-param>
        <param-name>token.paths.public</param-name>
        <param-value>/, /docs/, /served/, /public/*</param-value>
      </context-param>
      """;

  private static final String SERVLETS =
      """
      <servlet>
        <servlet-name>probe</servlet-name>
        <servlet-class>Probe</servlet-class>
      </servlet>
      <servlet-mapping>
        <servlet-name>probe</servlet-name>
        <url-pattern>/public/page</url-pattern>
        <url-pattern>/secure/page</url-pattern>
        <url-pattern>/served/start</url-pattern>
        <url-pattern>/WEB-INF/view</url-pattern>
        <url-pattern>/WEB-INF/header</url-pattern>
      </servlet-mapping>
      <welcome-file-list>
        <welcome-file>index.html</welcome-file>
        <welcome-file>start</welcome-file>
      </welcome-file-list>
      """;

  private static final String PROBE =
      """
      import jakarta.servlet.ServletException;
      import jakarta.servlet.http.HttpServlet;
      import jakarta.servlet.http.HttpServletRequest;
      import jakarta.servlet.http.HttpServletResponse;
      import java.io.IOException;

      public class Probe extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
          Object step = request.getAttribute("step");
          int next = step == null ? 1 : 1 + (Integer) step;
          request.setAttribute("step", next);
          response.getWriter().print("[" + next + " " + request.getRemoteUser() + "]");
          String to = request.getParameter("to" + next);
          if (to != null && to.startsWith("include ")) {
            request.getRequestDispatcher(to.substring(8)).include(request, response);
            response.getWriter().print("[end]");
          } else if (to != null) {
            request.getRequestDispatcher(to).forward(request, response);
          }
        }
      }
      """;

  private static @Nullable Deployment deployment;

  @Parameter(0)
  private Container container = Container.TOMCAT_10;

  private final Client client = Objects.requireNonNull(deployment).client();

  @BeforeParameterizedClassInvocation
  static void start(Container container) throws Exception {
    Shop shop =
        new Shop("public-" + container.name())
            .webXml(SETTINGS, SERVLETS)
            .file("index.html", "welcome")
            .file("docs/index.html", "welcome to the docs")
            .file("docs/more.html", "secret")
            .file("private/index.html", "secret");
    shop.compile("Probe", PROBE);
    deployment = Deployment.at("/shop", container, shop.war());
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    Objects.requireNonNull(deployment).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /             | 200 | welcome
          /?a=b         | 200 | welcome
          /docs/        | 200 | welcome to the docs
          /index.html   | 401 |
          /docs/more.html | 401 |
          /private/     | 401 |
          //private/    | 401 |
          /docs/..;/private/ | 401 |
          """)
  void welcomeFileOfAPublicFolderIsShown(String path, int status, @Nullable String text)
      throws Exception {
    Answer answer = client.get(path);
    if (status == 200) {
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.text()).isEqualTo(text);
    } else {
      assertThat(answer.status()).isIn(400, 401, 404);
      assertThat(answer.text()).doesNotContain("welcome", "secret");
    }
  }

  /** A servlet has its own path, which has to be listed. */
  @Test
  void welcomeServletStaysProtected() throws Exception {
    Answer answer = client.get("/served/");
    assertThat(answer.status()).as("%s", container).isIn(401, 403, 404);
    assertThat(answer.text()).doesNotContain("[1");
  }

  @ParameterizedTest
  @CsvSource({
    "to1=/WEB-INF/view, [2 USER]",
    "to1=include+/WEB-INF/view, [1 USER][2 USER][end]",
    "to1=/WEB-INF/view&to2=include+/WEB-INF/header, [2 USER][3 USER][end]",
    "to1=include+/WEB-INF/view&to2=include+/WEB-INF/header, [1 USER][2 USER][3 USER][end][end]"
  })
  void publicPageShowsItsViewAndKnowsItsUser(String steps, String shown) throws Exception {
    Answer nobody = client.get("/public/page?" + steps);
    assertThat(nobody.status()).isEqualTo(200);
    assertThat(nobody.text()).isEqualTo(shown.replace("USER", "null"));
    Answer alice = client.get("/public/page?" + steps, client.session(Client.ALICE).headers());
    assertThat(alice.status()).isEqualTo(200);
    assertThat(alice.text()).isEqualTo(shown.replace("USER", "alice"));
    assertThat(alice.header("Token-Remaining")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/secure/page",
        "/secure/page?to1=/WEB-INF/view",
        "/public/page?to1=/secure/page",
        "/public/page?to1=/WEB-INF/view&to2=/secure/page",
        "/public/page?to1=/WEB-INF/../secure/page"
      })
  void viewGivesNoAccessToProtectedPages(String path) throws Exception {
    assertThat(client.get(path).status()).isEqualTo(401);
    assertThat(client.get(path, client.session(Client.ALICE).headers()).status()).isEqualTo(200);
    assertThat(client.get("/WEB-INF/view").status()).isIn(401, 404);
  }
}
