package org.tokenfilter.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.IssuedToken;

/** Metrics of requests under load, which count each request once for every dispatch type. */
final class MetricsOverHttpTest {

  private static final int CLIENTS = 8;
  private static final int EACH = 100;
  private static final List<String> PATHS = List.of("/plain", "/forward", "/include", "/async");

  @TempDir private Path folder;

  @Test
  void countsEachRequestOnce() throws Exception {
    try (MetricsFixture watched = new MetricsFixture(folder, "PT1S");
        WebApp app = application(watched)) {
      String good =
          watched
              .service()
              .issueOpen(MetricsFixture.ALICE, Duration.ofDays(1), MetricsFixture.CLIENT)
              .value();
      IssuedToken ended =
          watched
              .service()
              .issueOpen(MetricsFixture.ALICE, Duration.ofDays(1), MetricsFixture.CLIENT);
      watched.service().revoke(ended.record().id());
      watched.changes();

      Race.of(
          CLIENTS,
          number -> {
            for (int i = 0; i < EACH; i++) {
              String path = PATHS.get(i % PATHS.size());
              assertThat(status(app, path, good)).isEqualTo(200);
              assertThat(status(app, path, ended.value())).isEqualTo(401);
              assertThat(app.get(path).statusCode()).isEqualTo(401);
            }
            return number;
          });

      long all = (long) CLIENTS * EACH;
      Map<String, Long> changes = watched.changes();
      assertThat(changes)
          .containsEntry("token.validations{outcome=accepted}", all)
          .containsEntry("token.validations{outcome=closed}", all)
          .containsEntry("token.renewals{step=offered}", all);
      assertThat(changes.keySet().stream().filter(name -> name.startsWith("token.validations")))
          .hasSize(2);
      assertThat(
              changes.getOrDefault("token.lookups{result=hit}", 0L)
                  + changes.getOrDefault("token.lookups{result=miss}", 0L))
          .isEqualTo(2 * all);
    }
  }

  @Test
  void countsGatewaySessionWithItsToken() throws Exception {
    try (MetricsFixture watched = new MetricsFixture(folder, "PT0S");
        WebApp app = application(watched)) {
      IssuedToken user =
          watched.service().issueUser(MetricsFixture.ALICE, null, MetricsFixture.CLIENT);
      assertThat(user.record().kind()).isEqualTo(TokenKind.USER);
      watched.changes();
      String[] named = {"Authorization", "Bearer " + user.value(), "session", "A".repeat(43)};

      assertThat(app.get("/cra/plain", named).statusCode()).isEqualTo(401);
      assertThat(watched.changes())
          .containsEntry("token.validations{outcome=unknown}", 1L)
          .doesNotContainKey("token.validations{outcome=accepted}");

      assertThat(status(app, "/cra/plain", user.value())).isEqualTo(200);
      assertThat(watched.changes()).containsEntry("token.validations{outcome=accepted}", 1L);
    }
  }

  private static WebApp application(MetricsFixture watched) throws Exception {
    return new WebApp()
        .filter(new TokenFilter(watched.security), Map.of("token.gateway.paths", "/cra/*"))
        .servlet("/plain", (request, response) -> response.getWriter().write("plain"))
        .servlet("/cra/plain", (request, response) -> response.getWriter().write("plain"))
        .servlet("/async", (request, response) -> request.startAsync().dispatch("/plain"))
        .servlet(
            "/include",
            (request, response) ->
                request.getRequestDispatcher("/plain").include(request, response))
        .servlet(
            "/forward",
            (request, response) ->
                request.getRequestDispatcher("/plain").forward(request, response))
        .start();
  }

  private static int status(WebApp app, String path, String token) throws Exception {
    return app.get(path, "Authorization", "Bearer " + token).statusCode();
  }
}
