package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.ConfigurationException;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** Responses to navigations and to scripts that request a page without a token. */
final class LoginPageTest {

  private static final String NAVIGATION = "Sec-Fetch-Mode: navigate";
  private static final String SCRIPT = "Sec-Fetch-Mode: cors";

  @TempDir private Path folder;
  private @Nullable WebApp app;
  private RawHttp client = RawHttp.to(1);

  private void start(String... settings) throws Exception {
    Map<String, String> all = new HashMap<>(Accounts.settings(folder));
    all.put("token.carriers", "bearer,cookie");
    all.put("token.paths.public", "/login, /public/*, /error");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(401, "/error");
    errors.addErrorPage(403, "/error");
    WebApp made =
        new WebApp("/shop")
            .filter(new TokenFilter(), all)
            .servlet(
                "/login",
                (request, response) -> {
                  String name = request.getParameter("name");
                  TokenSecurity security = TokenSecurity.of(request.getServletContext());
                  if (name != null) {
                    request.login(name, "wonderland");
                    response.setHeader("Location", security.returnPath(request));
                    response.setStatus(303);
                  }
                })
            .servlet(
                "/error",
                (request, response) ->
                    response
                        .getWriter()
                        .print("error page, " + response.getStatus() + request.getRemoteUser()))
            .servlet(
                "/public/forward",
                (request, response) ->
                    Objects.requireNonNull(request.getRequestDispatcher("/orders"))
                        .forward(request, response))
            .servlet(
                "/public/include",
                (request, response) -> {
                  response.getWriter().print("[");
                  Objects.requireNonNull(request.getRequestDispatcher("/orders"))
                      .include(request, response);
                  response.getWriter().print("]");
                })
            .servlet(
                "/orders",
                (request, response) ->
                    response.getWriter().print("orders of " + request.getRemoteUser()));
    made.context().setErrorHandler(errors);
    app = made.start();
    client = RawHttp.to(made);
  }

  @AfterEach
  void stop() {
    if (app != null) {
      app.close();
    }
  }

  @Test
  void redirectsNavigationToLoginPageAndBack() throws Exception {
    start("token.login-page", "/login");
    Answer sent = client.get("/shop/orders?page=2&x=%2F", NAVIGATION);
    assertThat(sent.status()).isEqualTo(302);
    assertThat(sent.all("Location"))
        .containsExactly("/shop/login?next=%2Fshop%2Forders%3Fpage%3D2%26x%3D%252F");
    assertThat(sent.all("Cache-Control")).containsExactly("no-store");
    assertThat(sent.all("WWW-Authenticate")).isEmpty();
    Answer in = client.get(sent.all("Location").get(0) + "&name=alice", NAVIGATION);
    assertThat(in.status()).isEqualTo(303);
    assertThat(in.all("Location")).containsExactly("/shop/orders?page=2&x=%2F");
  }

  @Test
  void redirectsOnlyNavigationsWithoutToken() throws Exception {
    start("token.login-page", "/login");
    for (Answer refused :
        new Answer[] {
          client.get("/shop/orders", SCRIPT),
          client.get("/shop/orders"),
          client.get("/shop/orders", "Accept: */*"),
          client.send("POST", "/shop/orders", NAVIGATION)
        }) {
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.all("Content-Type")).containsExactly("application/problem+json");
      assertThat(refused.all("Location")).isEmpty();
    }
    assertThat(client.get("/shop/orders", "Accept: text/html,*/*;q=0.8").status()).isEqualTo(302);
    Answer forward = client.get("/shop/public/forward?a=b", NAVIGATION);
    assertThat(forward.all("Location"))
        .containsExactly("/shop/login?next=%2Fshop%2Fpublic%2Fforward%3Fa%3Db");
    assertThat(client.get("/shop/public/include", NAVIGATION).body()).isEqualTo("[]");
  }

  @Test
  void redirectsNavigationWithInvalidCookies() throws Exception {
    start("token.login-page", "/login");
    assertThat(client.get("/shop/orders", NAVIGATION, "Cookie: token=x; SESSION=y").status())
        .isEqualTo(302);
  }

  /** A forged return path does not redirect to another host. */
  @Test
  void ignoresReturnPathToAnotherHost() throws Exception {
    start("token.login-page", "/login");
    for (String evil :
        new String[] {"//evil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example"}) {
      assertThat(client.get("/shop/login?name=alice&next=" + evil).all("Location"))
          .containsExactly("/shop/");
    }
  }

  @Test
  void answersProblemWithoutLoginPage() throws Exception {
    start();
    assertThat(client.get("/shop/orders", NAVIGATION).status()).isEqualTo(401);
  }

  @Test
  void rejectionCanUseTheErrorPage() throws Exception {
    start("token.refusals", "error-page");
    for (String who : new String[] {NAVIGATION, SCRIPT}) {
      Answer refused = client.get("/shop/orders", who);
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.body()).isEqualTo("error page, 401null");
      assertThat(refused.all("WWW-Authenticate")).containsExactly("Bearer realm=\"/shop\"");
      // Jetty's error page adds its own directives.
      assertThat(refused.all("Cache-Control")).singleElement().asString().contains("no-store");
    }
    assertThat(client.get("/shop/public/include").body()).isEqualTo("[]");
  }

  @Test
  void redirectsNavigationsAndShowsErrorPageToOthers() throws Exception {
    start("token.refusals", "error-page", "token.login-page", "/login");
    assertThat(client.get("/shop/orders", NAVIGATION).status()).isEqualTo(302);
    assertThat(client.get("/shop/orders", SCRIPT).body()).isEqualTo("error page, 401null");
  }

  @Test
  void protectedLoginPagePreventsStart() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start("token.login-page", "/inside"))
        .withMessageContaining(
            "token.login-page=/inside must not need a token, or it would redirect to itself"
                + " forever; list it in token.paths.public");
  }
}
