package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sample's page with double clicks, late responses and network failures. */
final class PageConcurrencyIT {

  private static final String FOCUS = "return document.activeElement.id";

  /** Holds back the responses of a path until they are released, or makes all requests fail. */
  private static final String NETWORK =
      """
      const real = window.fetch;
      window.network = { gone: false, late: 'none', kept: [] };
      window.fetch = async (address, more) => {
        if (network.gone) {
          throw new TypeError('gone');
        }
        const answer = await real(address, more);
        if (network.gone) {
          throw new TypeError('gone meanwhile');
        }
        if (new URL(address).pathname === network.late) {
          await new Promise(go => network.kept.push(go));
        }
        return answer;
      };
      """;

  /** Counts how often the banner would be read out. */
  private static final String COUNT_ANNOUNCEMENTS =
      """
      window.spoken = 0;
      new MutationObserver(() => window.spoken++)
          .observe(document.getElementById('banner'), { childList: true });
      """;

  private static SampleInBrowser app;
  private PageWindow page;

  @BeforeAll
  static void start() throws IOException {
    app = SampleInBrowser.start();
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
  }

  @BeforeEach
  void openThePage() {
    page = app.page();
    page.execute(NETWORK);
  }

  @AfterEach
  void closeTheOtherWindows() {
    app.browser().closeTheOtherWindows();
  }

  private void clickTwice(String css) {
    page.await(css + " to be clicked", () -> page.enabled(css));
    page.execute("const it = document.querySelector('%s'); it.click(); it.click();".formatted(css));
  }

  private long countSent(String part) {
    return page.elements("#wire-list summary").stream()
        .filter(line -> line.getText().contains(part))
        .count();
  }

  private void delayAnswers(String path) {
    page.execute("network.late = '%s'".formatted(path));
  }

  private void awaitDelayedAnswer() {
    page.await(
        "a delayed answer", () -> page.evaluate("return network.kept.length", Long.class) > 0);
  }

  private void releaseAnswers() {
    page.execute("network.late = 'none'; network.kept.splice(0).forEach(go => go())");
  }

  @Test
  void doubleClickSendsOneRequest() {
    clickTwice("#login-button");
    page.awaitText("#who-text", "alice is logged in");
    clickTwice("#client-open");
    page.awaitText("#client-said", "has its token");
    clickTwice("#client-refresh");
    page.awaitText("#client-said", "Refreshed");
    assertThat(page.press("#client-new", "#client-said")).isEqualTo("The new token is accepted.");
    page.press("#gateway-login", "#gateway-said");
    clickTwice("#gateway-open");
    page.awaitText("#gateway-said", "is open");
    assertThat(page.press("#gateway-on", "#gateway-said")).contains("its request 2");
    assertThat(countSent("/security/rest/token/access/session/60")).isEqualTo(1);
    assertThat(countSent("sessionOpen")).isEqualTo(1);
    assertThat(countSent("refreshToken")).isEqualTo(1);
    assertThat(countSent("?close=false")).isEqualTo(1);
  }

  @Test
  void listArrivingAfterLogoutIsNotShown() {
    page.logIn("bob", "session");
    delayAnswers("/sessions");
    page.click("#devices-load");
    awaitDelayedAnswer();
    page.press("#logout-button", "#login-said");
    page.logIn("admin", "session");
    releaseAnswers();
    page.call("/api/whoami");
    assertThat(page.elements("#devices-list li")).isEmpty();
    assertThat(page.press("#devices-load", "#devices-said")).endsWith("live token.");
  }

  @Test
  void lateLogoutAnswerDoesNotDisturbPage() {
    page.logIn("bob", "session");
    delayAnswers("/security/rest/token/logout");
    page.click("#logout-button");
    page.awaitText("#banner", "logged out");
    page.logIn("admin", "session");
    releaseAnswers();
    page.call("/api/whoami");
    assertThat(page.text("#who-text")).contains("admin is logged in");

    delayAnswers("/security/rest/token/logout");
    page.click("#logout-button");
    page.awaitText("#banner", "logged out");
    releaseAnswers();
    page.awaitText("#login-said", "Logged out");
    assertThat(page.text("#banner")).as("the user requested the logout").isEmpty();
  }

  @Test
  void focusMovesToLoginWhenItsElementIsHidden() {
    page.logIn("bob", "session");
    page.press("#devices-load", "#devices-said");
    page.element("#devices-load").click();
    PageWindow other = app.pageInAnotherWindow();
    other.logIn("bob", "session");
    other.press("#devices-others", "#devices-said");
    page.awaitText("#banner", "logged out");
    assertThat(page.evaluate(FOCUS, String.class)).isEqualTo("login-title");

    page.logIn("bob", "session");
    page.element("#client-name").click();
    other.press("#devices-others", "#devices-said");
    page.awaitText("#banner", "logged out");
    assertThat(page.evaluate(FOCUS, String.class))
        .as("the focus is unchanged")
        .isEqualTo("client-name");
  }

  @Test
  void networkLossIsAnnouncedOnceAndRecoveryIsShown() {
    page.logIn("bob", "session");
    page.execute(COUNT_ANNOUNCEMENTS);
    page.execute("network.gone = true");
    page.awaitText("#banner", "could not be reached");
    String looks = page.text("#looks");
    page.await(
        "two more looks",
        () -> statusCheckNumber(page.text("#looks")) >= statusCheckNumber(looks) + 2);
    assertThat(page.evaluate("return window.spoken", Long.class)).isEqualTo(1);
    page.execute("network.gone = false");
    page.await("the banner to go", () -> page.text("#banner").isEmpty());

    page.press("#logout-button", "#login-said");
    page.execute("network.gone = true");
    page.callWith("nothing");
    assertThat(page.text("#banner")).contains("could not be reached");
    page.execute("network.gone = false");
    page.await("the banner to go", () -> page.text("#banner").isEmpty());
  }

  private static int statusCheckNumber(String looks) {
    return Integer.parseInt(looks.substring(0, looks.indexOf(' ')));
  }

  @Test
  void lifetimeBarIsVisibleInForcedColors() {
    page.logIn("bob", "session");
    Map<String, String> forced = Map.of("name", "forced-colors", "value", "active");
    page.emulate(List.of(forced));
    String colour = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor";
    assertThat(page.evaluate(colour, String.class, "#life .fill"))
        .isNotEqualTo(page.evaluate(colour, String.class, "#life .bar"));
    page.emulate(List.of());
  }
}
