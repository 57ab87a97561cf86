package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;

/**
 * The path of a user over a login page and back, in a real browser, and of scripts that get no
 * redirect, in the application that {@code Deployment.ofLoginPage} starts.
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
   * Creates a journey in a window.
   *
   * @param base the address of the application, with a slash at the end
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

  /**
   * Returns the status and body that a script of the application gets for a protected page; the
   * request renews nothing.
   */
  String fetched() {
    return window.said(FETCH, orders);
  }

  /**
   * Requests a protected page, and asserts the redirect to the login page with the return address.
   */
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

  /** Submits the form with the right password. */
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

  /** Runs all steps; the user is logged in at the end. */
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

  /** Returns addresses of other origins, and of another application at the same origin. */
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
