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
final class PageHasteIT {

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
  private static final String LISTEN =
      """
      window.spoken = 0;
      new MutationObserver(() => window.spoken++)
          .observe(document.getElementById('banner'), { childList: true });
      """;

  private static SampleOnTheScreen screen;
  private PageWindow page;

  @BeforeAll
  static void start() throws IOException {
    screen = SampleOnTheScreen.start();
  }

  @AfterAll
  static void stop() {
    if (screen != null) {
      screen.close();
    }
  }

  @BeforeEach
  void openThePage() {
    page = screen.page();
    page.run(NETWORK);
  }

  @AfterEach
  void closeTheOtherWindows() {
    screen.browser().closeTheOtherWindows();
  }

  private void clickTwice(String css) {
    page.await(css + " to be clicked", () -> page.enabled(css));
    page.run("const it = document.querySelector('%s'); it.click(); it.click();".formatted(css));
  }

  private long sent(String part) {
    return page.all("#wire-list summary").stream()
        .filter(line -> line.getText().contains(part))
        .count();
  }

  private void keepBack(String path) {
    page.run("network.late = '%s'".formatted(path));
  }

  private void awaitKeptBack() {
    page.await(
        "a delayed answer", () -> page.ask("return network.kept.length", Long.class) > 0);
  }

  private void letGo() {
    page.run("network.late = 'none'; network.kept.splice(0).forEach(go => go())");
  }

  @Test
  void buttonThatIsPressedTwiceWorksOnce() {
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
    assertThat(sent("/security/rest/token/access/session/60")).isEqualTo(1);
    assertThat(sent("sessionOpen")).isEqualTo(1);
    assertThat(sent("refreshToken")).isEqualTo(1);
    assertThat(sent("?close=false")).isEqualTo(1);
  }

  @Test
  void listThatComesAfterTheLogOutIsNotShown() {
    page.logIn("bob", "session");
    keepBack("/sessions");
    page.click("#devices-load");
    awaitKeptBack();
    page.press("#logout-button", "#login-said");
    page.logIn("admin", "session");
    letGo();
    page.call("/api/whoami");
    assertThat(page.all("#devices-list li")).isEmpty();
    assertThat(page.press("#devices-load", "#devices-said")).endsWith("live token.");
  }

  @Test
  void logOutThatIsAnsweredLateIsNoSurprise() {
    page.logIn("bob", "session");
    keepBack("/security/rest/token/logout");
    page.click("#logout-button");
    page.awaitText("#banner", "logged out");
    page.logIn("admin", "session");
    letGo();
    page.call("/api/whoami");
    assertThat(page.text("#who-text")).contains("admin is logged in");

    keepBack("/security/rest/token/logout");
    page.click("#logout-button");
    page.awaitText("#banner", "logged out");
    letGo();
    page.awaitText("#login-said", "Logged out");
    assertThat(page.text("#banner")).as("the user requested the logout").isEmpty();
  }

  @Test
  void focusIsBesideTheLoginWhenItsPlaceHasGone() {
    page.logIn("bob", "session");
    page.press("#devices-load", "#devices-said");
    page.element("#devices-load").click();
    PageWindow other = screen.pageInAnotherWindow();
    other.logIn("bob", "session");
    other.press("#devices-others", "#devices-said");
    page.awaitText("#banner", "logged out");
    assertThat(page.ask(FOCUS, String.class)).isEqualTo("login-title");

    page.logIn("bob", "session");
    page.element("#client-name").click();
    other.press("#devices-others", "#devices-said");
    page.awaitText("#banner", "logged out");
    assertThat(page.ask(FOCUS, String.class)).as("the focus is unchanged").isEqualTo("client-name");
  }

  @Test
  void networkThatGoesIsSaidOnceAndItsReturnIsSeenByEverybody() {
    page.logIn("bob", "session");
    page.run(LISTEN);
    page.run("network.gone = true");
    page.awaitText("#banner", "could not be reached");
    String looks = page.text("#looks");
    page.await("two more looks", () -> lookNumber(page.text("#looks")) >= lookNumber(looks) + 2);
    assertThat(page.ask("return window.spoken", Long.class)).isEqualTo(1);
    page.run("network.gone = false");
    page.await("the banner to go", () -> page.text("#banner").isEmpty());

    page.press("#logout-button", "#login-said");
    page.run("network.gone = true");
    page.callWith("nothing");
    assertThat(page.text("#banner")).contains("could not be reached");
    page.run("network.gone = false");
    page.await("the banner to go", () -> page.text("#banner").isEmpty());
  }

  private static int lookNumber(String looks) {
    return Integer.parseInt(looks.substring(0, looks.indexOf(' ')));
  }

  @Test
  void lifeIsSeenWhereTheSystemTakesTheColoursAway() {
    page.logIn("bob", "session");
    Map<String, String> forced = Map.of("name", "forced-colors", "value", "active");
    page.emulate(List.of(forced));
    String colour = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor";
    assertThat(page.ask(colour, String.class, "#life .fill"))
        .isNotEqualTo(page.ask(colour, String.class, "#life .bar"));
    page.emulate(List.of());
  }
}
