package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebElement;

/** User journeys on the sample's page, in two windows. */
final class PageUserJourneyIT {

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

  /** Opens the page. Each test that counts the tokens of an account uses its own accounts. */
  @BeforeEach
  void openThePage() {
    page = app.page();
  }

  @AfterEach
  void closeTheOtherWindows() {
    app.browser().closeTheOtherWindows();
    app.browser().drainSevereEntries();
  }

  private void assertConsoleEntries(String... networkEntries) {
    assertThat(app.browser().drainSevereEntries()).containsExactlyInAnyOrder(networkEntries);
  }

  @Test
  void showsTokenPartsAndExchanges() {
    assertThat(page.text(".warning")).contains("These accounts are for this sample alone.");
    assertThat(page.element("#token-held").isDisplayed()).isFalse();
    page.logIn("alice", "session");
    assertThat(page.text("#who-text")).isEqualTo("alice is logged in with a session token.");
    assertThat(page.secondsLeft()).isBetween(30 * 60 - 20, 30 * 60);
    assertThat(page.text("#token-text").split("\\.", -1)).hasSize(5);
    List<String> parts =
        page.elements("#token-parts dt").stream().map(WebElement::getText).toList();
    assertThat(parts).hasSize(5);
    assertThat(parts.get(0)).startsWith("Protected header");
    assertThat(parts.get(1)).isEqualTo("Encrypted key 0 bytes");
    assertThat(page.text("#token-parts"))
        .contains(
            "\"alg\":\"dir\"", "empty, since alg is dir", "only the server can read the rest");

    assertThat(page.call("/api/whoami"))
        .isEqualTo("GET /api/whoami: Accepted, and the token expires in 30:00.");
    assertThat(page.wire())
        .contains("200", "> GET /api/whoami", "> Authorization: Bearer eyJ", "> session: ")
        .contains("< Token-Remaining: 1800000", "\"username\": \"alice\"");
    assertThat(page.call("/api/admin")).contains("403 Not allowed");
    assertThat(page.call("/api/echo")).contains("Accepted");
    assertThat(page.wire()).contains("> POST /api/echo", "\"hello\": \"token\"");
    assertThat(page.call("/api/slow?ms=1500")).contains("Accepted");
    assertThat(page.call("/api/fail?status=500")).contains("a request that fails renews nothing");
    assertThat(page.text("#life")).contains("has failed and renewed nothing");
    assertThat(page.call("/api/nothing")).contains("404 Not found");
    assertThat(page.callWith("passive")).contains("nothing was renewed");
    assertThat(page.wire()).contains("> Token-Passive: true");
    assertThat(page.callWith("nothing")).contains("401 No token");
    assertThat(page.wire()).doesNotContain("Authorization");
    assertThat(page.callWith("forged")).contains("401 Not accepted");
    assertThat(page.text("#banner")).as("the page's own token is not the forged one").isEmpty();
    assertConsoleEntries(
        "403 /api/admin",
        "500 /api/fail?status=500",
        "404 /api/nothing",
        "401 /api/whoami",
        "401 /api/whoami");

    page.await(
        "refusals", () -> page.text("#chart-refusals").matches("(?s).*peak (?!0\\.0)[0-9.]+"));
    assertThat(page.element("#chart-requests svg").getDomAttribute("aria-label"))
        .matches("requests a second: [0-9.]+ now, at most [0-9.]+ in the last two minutes");
    assertThat(page.text("#live-note")).isEmpty();
    String well = "Health: ok, store ok, feed fresh, key k1";
    page.await(well, () -> page.text("#health").equals(well));

    page.awaitStatusCheck();
    assertThat(page.press("#logout-button", "#login-said")).contains("Logged out");
    page.logIn("admin", "open");
    assertThat(page.text("#who-text")).contains("an open token");
    assertThat(page.text("#token-session")).contains("valid without a session id");
    assertThat(page.call("/api/admin")).contains("Accepted");

    page.awaitStatusCheck();
    page.press("#logout-button", "#login-said");
    page.element("#minutes").clear();
    page.element("#minutes").sendKeys("0");
    page.click("#login-button");
    page.awaitText("#life", "never expires");
    assertConsoleEntries();
  }

  @Test
  void hiddenPageSendsNoRequests() {
    page.logIn("admin", "session");
    page.awaitStatusCheck();
    page.awaitStatusCheck();
    page.pretendHidden(true);
    page.call("/api/slow?ms=1500"); // requests in flight have finished
    long asked = page.requestCount("/public/health");
    String looks = page.text("#looks");
    for (int i = 0; i < 3; i++) {
      page.call("/api/slow?ms=1500");
    }
    assertThat(page.requestCount("/public/health")).isEqualTo(asked);
    assertThat(page.text("#looks")).isEqualTo(looks);
    page.pretendHidden(false);
    page.await(
        "the page to send requests again", () -> page.requestCount("/public/health") > asked);
    page.await("a status check", () -> !page.text("#looks").equals(looks));
    assertConsoleEntries();
  }

  @Test
  void listsDevicesAndShowsLogoutInEachWindow() {
    PageWindow other = app.pageInAnotherWindow();
    page.logIn("bob", "session");
    other.logIn("bob", "session");
    assertThat(page.press("#devices-load", "#devices-said")).isEqualTo("2 live tokens.");
    assertThat(page.elements("#devices-list li")).hasSize(2);
    assertThat(page.elements("#devices-list .current")).hasSize(1);
    assertThat(page.text("#devices-list .current")).contains("session", "this window", "left");

    assertThat(page.press("#devices-others", "#devices-said"))
        .isEqualTo("All other tokens are revoked.");
    other.awaitText("#banner", "This window was logged out. The token has ended (closed)");
    assertThat(other.element("#token-held").isDisplayed()).isFalse();
    assertThat(other.element("#login-form").isDisplayed()).isTrue();
    assertConsoleEntries("401 /api/whoami");

    other.logIn("bob", "session");
    assertThat(other.text("#banner")).isEmpty();
    assertThat(other.press("#devices-load", "#devices-said")).isEqualTo("2 live tokens.");
    assertThat(other.press("#devices-list li:not(.current) button", "#devices-said"))
        .isEqualTo("The token is revoked.");
    page.awaitText("#banner", "logged out. The token has ended (closed)");
    assertConsoleEntries("401 /api/whoami");

    other.awaitStatusCheck();
    other.press("#devices-list .current button", "#banner");
    assertThat(other.text("#banner")).contains("logged out");
    // There is a second one if a check, made every two seconds, was in flight meanwhile.
    assertThat(app.browser().drainSevereEntries()).isNotEmpty().containsOnly("401 /api/whoami");
  }

  @Test
  void userTokenKeepsASessionOpen() {
    assertThat(page.enabled("#gateway-open")).isFalse();
    page.element("#gateway-account").sendKeys("admin");
    assertThat(page.press("#gateway-login", "#gateway-said")).contains("admin has a user token");
    page.awaitText("#gateway-life .time", "14:5");
    assertThat(page.press("#gateway-once", "#gateway-said")).contains("nothing is kept");
    assertThat(page.enabled("#gateway-on")).isFalse();
    assertThat(page.press("#gateway-open", "#gateway-said")).contains("is open");
    assertThat(page.wire()).contains("?close=false", "< session: ");
    assertThat(page.press("#gateway-on", "#gateway-said")).contains("its request 2");
    assertThat(page.press("#gateway-alive", "#gateway-said")).contains("are renewed");
    assertThat(page.wire()).contains("\"remaining\": 900000");
    assertThat(page.press("#gateway-last", "#gateway-said"))
        .contains("its request 3", "The session is closed");
    assertThat(page.enabled("#gateway-on")).isFalse();
    assertThat(page.press("#gateway-open", "#gateway-said")).contains("is open");
    assertThat(page.press("#gateway-close", "#gateway-said")).isEqualTo("The session is closed.");
    assertThat(page.wire()).contains("204", "/services/shop?close=true");
    assertConsoleEntries();
  }

  @Test
  void refreshesClientTokenAndOwnerRevokesLostOne() {
    assertThat(page.press("#client-open", "#client-said")).contains("has its token until");
    assertThat(page.press("#client-refresh", "#client-said")).contains("Refreshed");
    assertThat(page.press("#client-old", "#client-said"))
        .contains("401 Ended", "replaced", "only its successor is valid");
    assertThat(page.press("#client-new", "#client-said")).contains("accepted");
    assertThat(page.press("#client-open", "#client-said"))
        .contains("409 Conflict", "has not expired for the api client 'page'", "refresh it");
    assertConsoleEntries("401 /api/whoami", "409 /routelink/v1/sessionOpen/sandbox");

    PageWindow other = app.pageInAnotherWindow();
    other.logIn("alice", "session");
    assertThat(other.press("#client-open", "#client-said"))
        .contains("409 Conflict", "revoke it in the list of your tokens");
    assertThat(other.press("#client-way-out", "#devices-said")).isEqualTo("2 live tokens.");
    assertThat(other.text("#devices-list li:not(.current)")).contains("open");
    assertThat(other.press("#devices-list li:not(.current) button", "#devices-said"))
        .isEqualTo("The token is revoked.");
    assertThat(other.press("#client-open", "#client-said")).contains("has its token until");
    assertThat(page.press("#client-new", "#client-said")).contains("401 Ended", "closed");
    assertConsoleEntries("409 /routelink/v1/sessionOpen/sandbox", "401 /api/whoami");
  }
}
