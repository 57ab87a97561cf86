package org.tokenfilter.integration.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/**
 * Accessibility of the sample's page: by keyboard, on a phone, in dark mode and with a screen
 * reader.
 */
final class PageAccessibilityIT {

  private static final String VIOLATIONS =
      """
      const done = arguments[arguments.length - 1];
      axe.run(document).then(
          found => done([...found.violations, ...found.incomplete].flatMap(
              rule => rule.nodes.map(it => rule.id + ' ' + it.target + ' ' + it.html)).join('\\n')),
          error => done('axe failed: ' + error));
      """;

  private static final String HORIZONTAL_OVERFLOW =
      "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

  private static SampleInBrowser app;
  private static String axe;

  @BeforeAll
  static void start() throws IOException {
    app = SampleInBrowser.start("-Dtoken.login.failures=1");
    try (InputStream script = PageAccessibilityIT.class.getResourceAsStream("/axe.min.js")) {
      axe = new String(Objects.requireNonNull(script).readAllBytes(), UTF_8);
    }
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
  }

  @Test
  void logsInAndCallsByKeyboardAlone() {
    PageWindow page = app.page();
    page.setViewport(1280, 900, "light");
    page.tabTo("input[value=alice]");
    page.pressKeys(Keys.ARROW_DOWN);
    page.tabTo("#login-button");
    page.pressKeys(Keys.ENTER);
    page.awaitText("#who-text", "bob is logged in");
    assertThat(page.evaluate("return document.activeElement.id", String.class))
        .isEqualTo("token-title");
    page.tabTo("[data-path='/api/whoami']");
    page.pressKeys(Keys.ENTER);
    page.awaitText("#calls-said", "Accepted");
    page.tabTo("#wire-list summary");
    page.pressKeys(Keys.SPACE);
    page.await("it to be folded", () -> page.elements("#wire-list details[open]").isEmpty());
    page.tabTo("#devices-load");
    page.pressKeys(Keys.ENTER);
    page.awaitText("#devices-said", "live token");
    page.tabTo("#devices-list .current button");
    page.pressKeys(Keys.ENTER);
    page.awaitText("#banner", "logged out");
  }

  @Test
  void hasNoAccessibilityViolation() {
    PageWindow page = app.page();
    assertNoViolation(page, "before the login");
    failLogin(page);
    assertNoViolation(page, "a login that failed");
    page.logIn("admin", "session");
    showResults(page);
    assertNoViolation(page, "with results");
    page.press("#devices-list .current button", "#banner");
    assertNoViolation(page, "logged out elsewhere");
  }

  private static void failLogin(PageWindow page) {
    page.element("#user").sendKeys("x");
    page.press("#login-button", "#login-said");
    assertThat(page.press("#login-button", "#login-said")).contains("429");
  }

  private static void showResults(PageWindow page) {
    page.call("/api/whoami");
    page.call("/api/fail?status=500");
    page.callWith("nothing");
    page.press("#gateway-login", "#gateway-said");
    page.press("#gateway-open", "#gateway-said");
    page.press("#client-open", "#client-said");
    page.press("#client-refresh", "#client-said");
    page.press("#client-old", "#client-said");
    page.press("#devices-load", "#devices-said");
  }

  private static void assertNoViolation(PageWindow page, String state) {
    for (String scheme : List.of("light", "dark")) {
      for (int width : List.of(1280, 390, 320)) {
        page.setViewport(width, 844, scheme);
        String where = state + ", " + scheme + ", " + width;
        assertThat(page.evaluate(HORIZONTAL_OVERFLOW, Long.class)).as(where).isZero();
        if (width != 320) {
          page.execute(axe);
          assertThat(page.evaluateAsync(VIOLATIONS, String.class)).as(where).isEmpty();
        }
      }
    }
  }
}
