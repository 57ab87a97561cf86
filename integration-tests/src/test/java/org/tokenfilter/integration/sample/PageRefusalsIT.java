package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sample's page when requests are refused, the server is down or the session expires. */
final class PageRefusalsIT {

  private static final Duration MAX_LIFETIME = Duration.ofMinutes(1);

  private static Chromium browser;

  @BeforeAll
  static void start() {
    browser = Chromium.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void showsWrongPasswordsAndTheirLimit() throws Exception {
    try (SampleInBrowser app = SampleInBrowser.startFor(browser, "-Dtoken.login.failures=2")) {
      PageWindow page = app.page();
      page.element("#password").clear();
      page.element("#password").sendKeys("not it");
      assertThat(page.press("#login-button", "#login-said")).contains("401 Wrong login");
      assertThat(page.press("#login-button", "#login-said")).contains("401 Wrong login");
      assertThat(page.press("#login-button", "#login-said"))
          .containsPattern("429 Too many failed logins\\. .*Try again in [0-9]+ s\\.");
      assertThat(page.wire()).contains("> Authorization: Basic ...\n", "< Retry-After: ");
      assertThat(page.element("#token-held").isDisplayed()).isFalse();
      String login = "/security/rest/token/access/session/60";
      assertThat(app.browser().drainSevereEntries())
          .containsExactly("401 " + login, "401 " + login, "429 " + login);
    }
  }

  @Test
  void showsServerOutageAndRecovery() throws Exception {
    try (SampleInBrowser app = SampleInBrowser.startFor(browser)) {
      PageWindow page = app.page();
      page.logIn("alice", "session");
      assertThat(app.browser().drainSevereEntries()).isEmpty();
      page.pretendHidden(true); // no request is in flight when the server stops
      page.call("/api/whoami");
      app.sample().close();
      page.pretendHidden(false);
      page.awaitText("#banner", "The server could not be reached");
      page.awaitText("#health", "The server could not be reached");
      assertThat(page.call("/api/whoami")).contains("The server could not be reached");
      assertThat(page.wire()).contains("failed", "> GET /api/whoami", "could not be reached");
      assertThat(page.press("#devices-load", "#devices-said")).contains("could not be reached");
      assertThat(page.press("#client-open", "#client-said")).contains("could not be reached");
      assertThat(page.press("#gateway-login", "#gateway-said")).contains("could not be reached");
      assertThat(page.press("#logout-button", "#login-said")).contains("could not be reached");
      assertThat(page.text("#who-text")).as("the state of the token is unknown").contains("alice");
      assertThat(app.browser().drainSevereEntries())
          .isNotEmpty()
          .allMatch(entry -> entry.startsWith("net::ERR_CONNECTION_REFUSED /"));
      try (SampleProcess again = app.restart()) {
        page.awaitText("#health", "Health: ok");
        page.await("the banner to go", () -> page.text("#banner").isEmpty());
        assertThat(page.call("/api/whoami")).contains("Accepted");
        assertThat(again.address()).isEqualTo(app.sample().address());
      }
    }
  }

  @Test
  void showsLifetimeRenewalExpiryAndEviction() throws Exception {
    try (SampleInBrowser app =
        SampleInBrowser.startFor(
            browser,
            "-Dtoken.idle-timeout=PT12S",
            "-Dtoken.sessions.limit=1",
            "-Dtoken.sessions.policy=evict-oldest")) {
      PageWindow page = app.page();
      page.logIn("alice", "session");
      page.await("the life to run down", () -> page.secondsLeft() <= 8);
      int before = page.secondsLeft();
      assertThat(page.call("/api/fail?status=500")).contains("500");
      assertThat(page.secondsLeft()).as("a failed call renews nothing").isLessThanOrEqualTo(before);
      assertThat(page.call("/api/whoami")).contains("Accepted");
      assertThat(page.secondsLeft()).as("a good call renews").isGreaterThan(before);
      assertThat(page.text("#life")).contains("the last call has renewed it");
      String expired = "The token has ended (expired): it was not used for too long";
      page.await(expired, MAX_LIFETIME, () -> page.text("#banner").contains(expired));

      PageWindow other = app.pageInAnotherWindow();
      page.logIn("alice", "session");
      other.logIn("alice", "session");
      page.awaitText("#banner", "The token has ended (evicted): a newer session took its place");
      assertThat(app.browser().drainSevereEntries())
          .containsExactly("500 /api/fail?status=500", "401 /api/whoami", "401 /api/whoami");
    }
  }

  @Test
  void unavailableMetricsAreRequestedOnce() throws Exception {
    try (SampleInBrowser app =
        SampleInBrowser.startFor(browser, "-Dtoken.paths.public=/,/index.html,/public/*")) {
      PageWindow page = app.page();
      page.awaitText(
          "#live-note", "GET /metrics was answered with 401. It is not requested again.");
      page.await(
          "the health to be asked for again", () -> page.requestCount("/public/health") >= 3);
      assertThat(page.requestCount("/metrics")).isEqualTo(1);
      assertThat(app.browser().drainSevereEntries()).containsExactly("401 /metrics");
    }
  }
}
