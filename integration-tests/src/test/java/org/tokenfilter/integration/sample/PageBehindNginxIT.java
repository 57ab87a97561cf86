package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Cookie;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;
import org.tokenfilter.integration.proxy.Nginx;

/**
 * The sample's page and a login page at a context path, over TLS through nginx with the documented
 * recipe.
 */
final class PageBehindNginxIT {

  private static final String PATH = "/shop";
  private static final Map<String, String> TRUSTED = Map.of("token.trusted-proxies", "127.0.0.1");

  /**
   * Cookie names and attributes as in docs/hardening.md, and a lifetime that a test can wait for.
   */
  private static final Map<String, String> HARDENED =
      Map.of(
          "token.trusted-proxies", "127.0.0.1",
          "token.cookie", "__Host-token",
          "token.session.cookie", "__Host-SESSION",
          "token.cookie.secure", "true",
          "token.cookie.path", "/",
          "token.idle-timeout", "PT2S");

  /** Logs in as the sample's page does, but accepts the cookies of the response. */
  private static final String LOGIN_WITH_COOKIES =
      """
      const done = arguments[arguments.length - 1];
      const call = async () => {
        const login = await fetch('security/rest/token/access/session/30', {method: 'POST',
            headers: {Authorization: 'Basic ' + btoa('alice:wonderland-4711')}});
        const token = (await login.json()).access_token;
        const who = await fetch('api/whoami', {headers: {Authorization: 'Bearer ' + token}});
        return who.status + ' ' + (await who.json()).username + ' ' + document.cookie;
      };
      call().then(done).catch(done);
      """;

  private static Chromium browser;

  @BeforeAll
  static void start() {
    Nginx.program();
    browser = Chromium.start("--ignore-certificate-errors");
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void resetBrowser() {
    browser.clearCookies();
    browser.drainSevereEntries();
  }

  private static URI addressThrough(Nginx proxy) {
    return URI.create("https://localhost:" + proxy.port() + PATH + "/");
  }

  private static void assertCookieAttributes(String name, String path) {
    assertThat(browser.cookie(name))
        .as(name)
        .isNotNull()
        .returns(true, Cookie::isSecure)
        .returns(true, Cookie::isHttpOnly)
        .returns("Lax", Cookie::getSameSite)
        .returns(path, Cookie::getPath);
  }

  @Test
  void pageWorksOverTlsThroughProxy() throws Exception {
    try (Deployment node = Deployment.ofSample(Container.TOMCAT_10, PATH, TRUSTED);
        Nginx proxy = Nginx.inFrontOf(node.address().getPort())) {
      PageWindow page = browser.window().open(addressThrough(proxy));
      page.logIn("alice", "session");
      assertThat(page.call("/api/whoami")).contains("Accepted");
      assertThat(page.wire()).contains("> GET /shop/api/whoami", "\"username\": \"alice\"");
      assertThat(page.call("/api/echo")).contains("Accepted");
      assertThat(page.press("#gateway-login", "#gateway-said")).contains("has a user token");
      assertThat(page.press("#gateway-open", "#gateway-said")).contains("is open");
      assertThat(page.press("#devices-load", "#devices-said")).contains("live token");
      assertThat(browser.cookie("SESSION")).as("the page omits cookies").isNull();
      page.awaitStatusCheck();
      assertThat(page.press("#logout-button", "#login-said")).contains("Logged out");
      assertThat(browser.drainSevereEntries()).isEmpty();

      assertThat(page.runAsyncScript(LOGIN_WITH_COOKIES)).isEqualTo("200 alice ");
      assertCookieAttributes("SESSION", PATH);
    }
  }

  @Test
  void redirectsToLoginPageAndBack() throws Exception {
    try (Deployment node = Deployment.ofLoginPage(Container.TOMCAT_10, PATH, TRUSTED);
        Nginx proxy = Nginx.inFrontOf(node.address().getPort())) {
      new LoginPageJourney(browser.window(), addressThrough(proxy)).runAll();
      assertCookieAttributes("token", PATH);
      assertCookieAttributes("SESSION", PATH);
    }
  }

  @Test
  void redirectsToLoginPageAfterSessionExpiry() throws Exception {
    try (Deployment node = Deployment.ofLoginPage(Container.TOMCAT_10, PATH, HARDENED);
        Nginx proxy = Nginx.inFrontOf(node.address().getPort())) {
      PageWindow window = browser.window();
      LoginPageJourney journey = new LoginPageJourney(window, addressThrough(proxy));
      journey.assertRedirectedToLoginPage();
      journey.logIn();
      window.await("a session", () -> browser.cookie("__Host-SESSION") != null);
      assertCookieAttributes("__Host-token", "/");
      assertCookieAttributes("__Host-SESSION", "/");
      window.await("its expiry", () -> journey.fetchOrders().contains("\"reason\":\"expired\""));
      assertThat(journey.fetchOrders()).startsWith("401 ");
      journey.assertRedirectedToLoginPage();
    }
  }
}
