package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.ee10.servlet.DefaultServlet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** Welcome files on Jetty, and those of a default servlet of the application. */
final class WelcomeFilesTest {

  @TempDir private Path folder;

  private WebApp app(String publicPaths) throws Exception {
    for (String file : new String[] {"index.html", "docs/index.html", "docs/more.html"}) {
      Path target = folder.resolve("pages").resolve(file);
      Files.createDirectories(target.getParent());
      Files.writeString(target, file);
    }
    WebApp app = new WebApp();
    app.context().setBaseResourceAsPath(folder.resolve("pages").toAbsolutePath());
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.paths.public", publicPaths);
    return app.filter(new TokenFilter(), settings);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # asked       | public   | status | body
          /             | /        | 200 | index.html
          /             | /docs/   | 401 |
          /docs/        | /docs/   | 200 | docs/index.html
          /docs/        | /docs/*  | 200 | docs/index.html
          /docs/        | /docs    | 401 |
          /docs/        | /        | 401 |
          /index.html   | /        | 401 |
          /docs/more.html | /docs/ | 401 |
          """)
  void welcomeFileIsPartOfAPublicFolder(String asked, String open, int status, String body)
      throws Exception {
    try (WebApp app = app(open).servlet("/", new DefaultServlet()).start()) {
      var answer = app.get(asked);
      assertThat(answer.statusCode()).isEqualTo(status);
      if (body != null) {
        assertThat(answer.body()).isEqualTo(body);
      }
    }
  }

  /** The servlet is Jetty's, as in a forward by Jetty to a welcome file. */
  @Test
  void forwardOfApplicationFilterIsNoWelcomeFile() throws Exception {
    try (WebApp app = app("/")) {
      Filter rewriting =
          (request, response, chain) ->
              request.getRequestDispatcher("/docs/more.html").forward(request, response);
      app.context()
          .addFilter(new FilterHolder(rewriting), "/*", EnumSet.of(DispatcherType.REQUEST));
      app.servlet("/", new DefaultServlet()).start();
      assertThat(app.get("/").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void protectsLongPath() throws Exception {
    try (WebApp app = app("").servlet("/", new DefaultServlet()).start()) {
      assertThat(app.get("/a".repeat(3500) + "/").statusCode()).isEqualTo(401);
    }
  }

  /** The servlet forwards to itself, like Spring's DispatcherServlet. */
  @ParameterizedTest
  @CsvSource({
    "index.html, 200",
    "docs/index.html, 401",
    "docs/more.html, 401",
    "other, 401",
    "index.html/more, 401"
  })
  void defaultServletShowsItsOwnWelcomePage(String target, int status) throws Exception {
    try (WebApp app = app("/").servlet("/", forwardingTo("/" + target)).start()) {
      var answer = app.get("/");
      assertThat(answer.statusCode()).isEqualTo(status);
      if (status == 200) {
        assertThat(answer.body()).isEqualTo("page /index.html");
      }
      assertThat(app.get("/" + target).statusCode()).isEqualTo(401);
    }
  }

  private static WebApp.Action forwardingTo(String target) {
    return (request, response) -> {
      if (request.getServletPath().equals("/")) {
        forward(request, response, target);
      } else {
        response.getWriter().print("page " + request.getServletPath());
      }
    };
  }

  private static void forward(
      HttpServletRequest request, HttpServletResponse response, String target) throws Exception {
    Objects.requireNonNull(request.getRequestDispatcher(target)).forward(request, response);
  }

  /** A separate servlet has its own path, whatever the name of the file. */
  @Test
  void anotherServletIsNoWelcomeFile() throws Exception {
    try (WebApp app =
        app("/")
            .servlet("/", forwardingTo("/index.html"))
            .servlet("/index.html", (request, response) -> response.getWriter().print("secret"))
            .start()) {
      assertThat(app.get("/").statusCode()).isEqualTo(401);
      assertThat(app.get("/").body()).doesNotContain("secret");
    }
    try (WebApp app =
        app("/")
            .servlet("/", forwardingTo("/index.html"))
            .servlet("*.html", (request, response) -> response.getWriter().print("secret"))
            .start()) {
      assertThat(app.get("/").statusCode()).isEqualTo(401);
    }
  }
}
