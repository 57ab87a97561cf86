package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;

/**
 * A person who is led over a login page and back, in a real browser, and scripts that are not: at
 * the application that {@code Deployment.ofLoginPage} starts.
 */
final class LoginWalk {

  private static final String WRONG = "wrong";
  private static final String RIGHT = "wonderland-4711";

  private static final String FETCH =
      """
      const done = arguments[arguments.length - 1];
      fetch(arguments[0], {redirect: 'manual', headers: {'Token-Passive': 'true'}})
          .then(async answer => done(answer.status + ' ' + await answer.text())).catch(done);
      """;

  private static final String WHERE = "return location.href";

  private final PageWindow window;
  private final URI base;
  private final String orders;

  /**
   * One in a window.
   *
   * @param base where the application is, with a slash at the end
   */
  LoginWalk(PageWindow window, URI base) {
    this.window = window;
    this.base = base;
    orders = at("orders?page=2&sort=a%2Fb");
  }

  private String at(String path) {
    return base.resolve(path).toString();
  }

  private String where() {
    return window.ask(WHERE, String.class);
  }

  /** What a script of the application gets that asks for a page for users; it renews nothing. */
  String fetched() {
    return window.said(FETCH, orders);
  }

  /** Asks for a page for users, and is sent to the login page, which is told the way back. */
  void beSentToTheLoginPage() {
    window.visit(orders).awaitText("#said", "please log in");
    assertThat(where()).isEqualTo(at("login?next=") + encoded(URI.create(orders)));
  }

  private static String encoded(URI address) {
    return (address.getRawPath() + "?" + address.getRawQuery())
        .replace("%", "%25")
        .replace("/", "%2F")
        .replace("?", "%3F")
        .replace("=", "%3D")
        .replace("&", "%26");
  }

  /** Sends the form with the right password. */
  void logIn() {
    send(RIGHT);
  }

  private void send(String password) {
    window.element("input[name=name]").sendKeys("alice");
    window.element("input[name=password]").sendKeys(password);
    window.click("button");
  }

  private void logInAndComeBack() {
    logIn();
    window.awaitText("body", "orders of alice, page 2");
    assertThat(where()).isEqualTo(orders);
  }

  /** All of it; the person is logged in at the end. */
  void walk() {
    window.visit(base.toString()).awaitText("body", "welcome, null");
    assertThat(fetched()).startsWith("401 ");
    beSentToTheLoginPage();
    send(WRONG);
    window.awaitText("#said", "wrong");
    logInAndComeBack();
    window.visit(base.toString()).awaitText("body", "welcome, alice");
    assertThat(fetched()).startsWith("200 ").contains("orders of alice");

    window.visit(at("public/end?name=alice")).awaitText("body", "ended");
    assertThat(fetched()).startsWith("401 ");
    beSentToTheLoginPage();
    logInAndComeBack();

    for (String elsewhere : waysElsewhere()) {
      window.visit(at("public/bye")).awaitText("body", "bye");
      window.visit(at("login?next=" + elsewhere));
      logIn();
      window.awaitText("body", "welcome, alice");
      assertThat(where()).as(elsewhere).isEqualTo(base.toString());
    }
  }

  /** Other origins, and another application of this one. */
  private List<String> waysElsewhere() {
    String otherPort = base.getScheme() + "://" + base.getHost() + ":1" + base.getPath();
    String otherScheme =
        (base.getScheme().equals("https") ? "http" : "https") + "://" + base.getAuthority() + "/";
    return List.of(
        "//evil.example/",
        "https://evil.example/",
        "/%5Cevil.example/",
        "/%09/evil.example/",
        otherPort,
        otherScheme,
        base.getPath() + "../other/");
  }
}
