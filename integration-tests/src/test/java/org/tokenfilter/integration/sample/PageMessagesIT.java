package org.tokenfilter.integration.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that the scripts of the sample's page produce for rare responses. */
final class PageMessagesIT {

  private static final String MESSAGE =
      """
      const [status, headers, body, sent, done] = arguments;
      import('/public/js/words.js').then(it => done(it.words({
        status,
        headers: new Headers(headers),
        json: JSON.parse(body),
        request: { headers: sent ? { Authorization: sent } : {} },
      }).text), error => done('failed: ' + error));
      """;

  private static final String SUMS =
      """
      const [text, done] = arguments;
      import('/public/js/prometheus.js').then(it => {
        const all = it.samples(text);
        done([it.sum(all, 'a_total'), it.sum(all, 'a_total', ({ outcome }) => outcome !== 'ok'),
            it.sum(all, 'b_seconds_count'), it.sum(all, 'nothing')].join(' '));
      }, error => done('failed: ' + error));
      """;

  private static final String BASIC =
      """
      const [user, password, done] = arguments;
      import('/public/js/exchange.js').then(
          it => done(it.basic(user, password).Authorization), error => done('failed: ' + error));
      """;

  private static final String MOMENT =
      """
      const [day, done] = arguments;
      const date = new Date(2026, 10, day, 23, 59, 8);
      import('/public/js/time.js').then(
          it => done(it.moment(date, new Date(2026, 10, 22))), error => done('failed: ' + error));
      """;

  private static final String SHOW_ON_WIRE =
      """
      const [password, done] = arguments;
      import('/public/js/wire.js').then(it => {
        const request = { method: 'POST', path: '/x', headers: {} };
        request.body = JSON.stringify({ username: 'alice', password, apiClientName: 'page' });
        it.show({ request, status: 204, title: '', headers: new Headers(), text: '' });
        done('shown');
      }, error => done('failed: ' + error));
      """;

  private static SampleInBrowser app;
  private static PageWindow page;

  @BeforeAll
  static void openThePage() throws IOException {
    app = SampleInBrowser.start();
    page = app.page();
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | Bearer realm=x | | {} | 401 No token",
        "401 | Bearer realm=x | Basic eA== | {} | 401 Wrong login",
        "401 | Bearer error=invalid_token | Bearer x | {} | 401 Not accepted",
        "401 | Bearer error=invalid_token | Bearer x | {\"reason\":\"evicted\"} | (evicted): a newer",
        "401 | Bearer error=invalid_token | Bearer x | {\"reason\":\"replaced\"} | (replaced): it was",
        "400 | Bearer error=invalid_request | Bearer x | {} | 400 Bad request",
        "403 | Bearer error=insufficient_scope | Bearer x | {} | 403 Not allowed",
        "404 | | Bearer x | {} | 404 Not found",
        "405 | | Bearer x | {} | 405 Wrong method",
        "409 | | | {\"message\":\"Use the other.\"} | 409 Conflict. Use the other.",
        "409 | | | {} | 409 Conflict. There is one already",
        "429 | | Basic eA== | {} | 429 Too many failed logins",
        "500 | | Bearer x | {} | 500 The application failed",
        "503 | | Bearer x | {} | 503 Unavailable"
      })
  void showsMessageForEveryRefusal(
      int status, @Nullable String challenge, @Nullable String sent, String body, String expected) {
    Map<String, String> headers =
        challenge == null ? Map.of() : Map.of("WWW-Authenticate", challenge);
    assertThat(page.evaluateAsync(MESSAGE, String.class, status, headers, body, sent))
        .contains(expected);
  }

  @Test
  void showsTimeToWait() {
    Map<String, String> headers = Map.of("Retry-After", "7");
    assertThat(page.evaluateAsync(MESSAGE, String.class, 503, headers, "{}", "Bearer x"))
        .startsWith("503 Unavailable.")
        .endsWith("Try again in 7 s.");
  }

  @Test
  void credentialsAreSentInUtf8() {
    String sent = page.evaluateAsync(BASIC, String.class, "jörg", "пароль€😀");
    assertThat(new String(Base64.getDecoder().decode(sent.substring("Basic ".length())), UTF_8))
        .isEqualTo("jörg:пароль€😀");
  }

  @Test
  void timeOfAnotherDayIncludesDate() {
    assertThat(page.evaluateAsync(MOMENT, String.class, 22)).isEqualTo("23:59:08");
    assertThat(page.evaluateAsync(MOMENT, String.class, 21)).isEqualTo("21 Nov 2026, 23:59:08");
  }

  @Test
  void wireShowsNoPartOfPassword() {
    assertThat(page.evaluateAsync(SHOW_ON_WIRE, String.class, "one\"two\\\"three"))
        .isEqualTo("shown");
    assertThat(page.wire())
        .contains("{\"username\":\"alice\",\"password\":\"...\",\"apiClientName\":\"page\"}");
  }

  @Test
  void sumsSamplesOfPrometheusText() {
    String text =
        """
        # HELP a_total all
        # TYPE a_total counter
        a_total{outcome="ok",} 3.0
        a_total{outcome="not \\"ok\\"",node="a}b"} 2.0
        b_seconds_count{operation="find"} 1.5e1
        nothing NaN
        """;
    assertThat(page.evaluateAsync(SUMS, String.class, text)).isEqualTo("5 2 15 0");
  }
}
