package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;

/**
 * A person whose session has ended is led over the login page and back, in a real browser, and a
 * script is not. The application is at a context path. With {@code -Dlogin.base=https://host/shop/}
 * it is one that runs elsewhere, as behind a proxy.
 */
final class LoginPageIT {

  private static final String FETCH =
      """
      const done = arguments[arguments.length - 1];
      fetch(arguments[0], {redirect: 'manual'}).then(answer => done(answer.status)).catch(done);
      """;

  private static final String WHERE = "arguments[0](location.href)";

  @Test
  void personIsLedOverTheLoginPageAndBack() throws Exception {
    String elsewhere = System.getProperty("login.base");
    try (Chromium browser = Chromium.start();
        @Nullable Deployment own =
            elsewhere == null ? Deployment.ofLoginPage(Container.TOMCAT_10, "/shop") : null) {
      URI base = own == null ? URI.create(String.valueOf(elsewhere)) : own.address();
      walk(browser.window(), base);
    }
  }

  private static void walk(PageWindow window, URI base) {
    String orders = base.resolve("orders?page=2&sort=a%2Fb").toString();
    window.visit(base.toString()).awaitText("body", "welcome, null");

    window.visit(orders).awaitText("#said", "please log in");
    assertThat(window.said(WHERE))
        .startsWith(base.resolve("login?next=").toString())
        .contains("orders%3Fpage%3D2");
    logIn(window, "wrong");
    window.awaitText("#said", "wrong");
    logIn(window, "wonderland-4711");
    window.awaitText("body", "orders of alice, page 2");
    assertThat(window.said(WHERE)).isEqualTo(orders);
    window.visit(base.toString()).awaitText("body", "welcome, alice");
    assertThat(window.said(FETCH, orders)).isEqualTo("200");

    window.visit(base.resolve("public/end?name=alice").toString()).awaitText("body", "ended");
    assertThat(window.said(FETCH, orders)).isEqualTo("401");
    window.visit(orders).awaitText("#said", "please log in");
    logIn(window, "wonderland-4711");
    window.awaitText("body", "orders of alice, page 2");

    window.visit(base.resolve("public/bye").toString()).awaitText("body", "bye");
    for (String evil : new String[] {"//evil.example/", "https://evil.example/", "/%5Cevil"}) {
      window.visit(base.resolve("login?next=" + evil).toString());
      logIn(window, "wonderland-4711");
      window.awaitText("body", "welcome, alice");
      assertThat(window.said(WHERE)).isEqualTo(base.toString());
    }
  }

  private static void logIn(PageWindow window, String password) {
    window.element("input[name=name]").sendKeys("alice");
    window.element("input[name=password]").sendKeys(password);
    window.click("button");
  }
}
