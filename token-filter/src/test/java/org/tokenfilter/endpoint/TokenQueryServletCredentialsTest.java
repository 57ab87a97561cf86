package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.WebApp;

/** Credentials as parameters of token queries: always in a form, in the query by a setting. */
final class TokenQueryServletCredentialsTest {

  private static final String GET = "/GetSessionToken";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String KEY = "canary-key-of-32-random-characters";

  /** The line of the password file with the digest of the key. */
  private static final String KEY_LINE =
      "feed:$sha256$4xf2DMoLskwkzo291jdiY/V8JIwmBbbgmDHBRDiUEfQ:reader\n";

  private static final Map<String, String> ENABLED = Map.of("token.query.credentials", "true");

  @TempDir private Path folder;
  private TokenApiFixture fixture;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    fixture = TokenApiFixture.of(folder, settings, KEY_LINE);
    app = fixture.app();
  }

  @AfterEach
  void stopTheApplication() {
    fixture.close();
  }

  private void restart(Map<String, String> settings) throws Exception {
    fixture.close();
    start(settings);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "email=alice&password=wonderland",
        "email=alice&Password=wonderland",
        "email=alice&passsword=wonderland&Minutes=30",
        "Minutes=7&Password=wonderland&email=alice&other=x",
        "email=%61lice&passsword=%77onderland",
        "APIKey=" + KEY,
        "APIKey=" + KEY + "&Minutes=30",
      })
  void readsCredentialsFromQueryIfEnabled(String query) throws Exception {
    restart(ENABLED);
    String name = query.contains("APIKey") ? "feed" : "alice";
    for (HttpResponse<String> answer :
        List.of(app.get(GET + "?" + query), app.post(GET, FORM, query))) {
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(fixture.getPage(WebApp.member(answer.body(), "SessionToken")).body())
          .isEqualTo(name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "email=alice&Password=wonderland",
        "email=alice&password=wonderland",
        "email=alice&passsword=wrong",
        "APIKey=" + KEY,
        "APIKey=wrong",
        "APIKey=&email=",
        "email=alice&email=bob&password=x",
      })
  void ignoresCredentialsInQueryByDefault(String query) throws Exception {
    try (LogLines log = LogLines.warningsOf(TokenQueryServlet.class)) {
      for (int i = 0; i < 12; i++) {
        HttpResponse<String> answer = app.get(GET + "?" + query);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
            .containsExactly("Basic realm=\"ROOT\", charset=\"UTF-8\"");
      }
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("credentials are in the query", "token.query.credentials=true")
          .doesNotContain("wonderland", KEY);
    }
    // They do not count as failed logins either.
    assertThat(app.get(GET, "Authorization", WebApp.basic(Accounts.ALICE)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void formAcceptsApiKeyRegardlessOfSetting() throws Exception {
    HttpResponse<String> answer = app.post(GET, FORM, "APIKey=" + KEY);
    assertThat(fixture.getPage(WebApp.member(answer.body(), "SessionToken")).body())
        .isEqualTo("feed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "email=alice",
        "email=alice&password=",
        "password=wonderland",
        "Password=wonderland&email=",
        "APIKey=",
        "APIKey=" + KEY + "&email=alice",
        "APIKey=" + KEY + "&passsword=wonderland",
        "APIKey=" + KEY + "&APIKey=" + KEY,
        "email=alice&password=wonderland&Password=wonderland",
        "email=alice&email=alice&password=wonderland",
        "email=alice&password=%FF",
      })
  void incompleteOrContradictoryCredentialsAreABadRequest(String query) throws Exception {
    restart(ENABLED);
    assertThat(app.get(GET + "?" + query).statusCode()).isEqualTo(400);
    assertThat(app.post(GET, FORM, query).statusCode()).isEqualTo(400);
  }

  @Test
  void credentialsInTwoPlacesAreABadRequest() throws Exception {
    restart(ENABLED);
    String query = GET + "?email=alice&password=wonderland";
    String[] basic = {"Authorization", WebApp.basic(Accounts.ALICE)};
    assertThat(app.get(query, basic).statusCode()).isEqualTo(400);
    assertThat(app.get(GET + "?APIKey=" + KEY, basic).statusCode()).isEqualTo(400);
    assertThat(app.post(query, FORM, "email=alice&password=wonderland").statusCode())
        .isEqualTo(400);
    assertThat(app.post(query, FORM, "APIKey=" + KEY).statusCode()).isEqualTo(400);
    assertThat(app.get(GET, basic).statusCode()).isEqualTo(200);
  }

  @Test
  void answersWrongCredentialsAlikeAndThrottles() throws Exception {
    restart(ENABLED);
    String wrong = null;
    for (String query :
        List.of(
            "APIKey=wrong",
            "APIKey=" + KEY + "x",
            "email=alice&Password=x",
            "email=x&Password=x")) {
      HttpResponse<String> answer = app.get(GET + "?" + query);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"ROOT\"");
      String errors = answer.body().replaceFirst(".*\"Errors\"", "");
      assertThat(errors).isEqualTo(wrong == null ? errors : wrong);
      wrong = errors;
    }
    for (int i = 0; i < 10; i++) {
      app.get(GET + "?APIKey=wrong");
    }
    assertThat(app.get(GET + "?APIKey=wrong").statusCode()).isEqualTo(429);
    // Correct keys and logins with a password are not affected.
    assertThat(app.get(GET + "?APIKey=" + KEY).statusCode()).isEqualTo(200);
    assertThat(app.get(GET + "?email=alice&Password=wonderland").statusCode()).isEqualTo(200);
    for (int i = 0; i < 110; i++) {
      app.get(GET + "?APIKey=wrong" + i);
    }
    // A client that tries many keys is throttled.
    assertThat(app.get(GET + "?APIKey=other").statusCode()).isEqualTo(429);
    assertThat(app.get(GET + "?APIKey=" + KEY).statusCode()).isEqualTo(200);
  }

  @Test
  void keyIsNoPasswordAndAPasswordNoKey() throws Exception {
    restart(ENABLED);
    assertThat(app.get(GET + "?email=feed&Password=" + KEY).statusCode()).isEqualTo(401);
    assertThat(app.get(GET + "?APIKey=wonderland").statusCode()).isEqualTo(401);
    assertThat(app.get(GET, "Authorization", WebApp.basic("feed:" + KEY)).statusCode())
        .isEqualTo(401);
  }

  @Test
  void startWarnsAboutCredentialsInQuery() throws Exception {
    try (LogLines log = LogLines.warningsOf(TokenQueryServlet.class)) {
      restart(Map.of());
      assertThat(log.messages()).isEmpty();
      restart(ENABLED);
      assertThat(log.messages())
          .isNotEmpty()
          .allSatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "token.query.credentials=true", "access logs", "without the query"));
    }
  }

  @Test
  void logsNothingFromTheQuery() throws Exception {
    try (LogLines all = new LogLines("org.tokenfilter");
        LogLines audit = new LogLines("org.tokenfilter.audit")) {
      restart(ENABLED);
      for (String query :
          List.of(
              "email=alice&Password=wonderland",
              "email=alice&passsword=canary-wrong",
              "email=alice&passsword=canary%00wrong",
              "email=alice&passsword=canary%80wrong",
              "email=canary-mail&canary-name=canary-value&password=%FFcanary",
              "APIKey=" + KEY,
              "APIKey=" + KEY + "x",
              "APIKey=" + KEY + "&email=canary&canary",
              "Minutes=canary&APIKey=" + KEY)) {
        app.get(GET + "?" + query);
        app.post(GET, FORM, query);
        app.get(GET + "?" + query, "Authorization", WebApp.basic(Accounts.ALICE));
      }
      fixture.store().failAll();
      app.get(GET + "?APIKey=" + KEY);
      app.get(GET + "?email=alice&password=wonderland");
      fixture.store().clearFaults();
      assertThat(all.lines()).hasSizeGreaterThan(5);
      for (LogLines lines : List.of(all, audit)) {
        assertThat(lines.lines())
            .noneMatch(line -> line.contains("canary") || line.contains("wonderland"));
      }
    }
  }
}
