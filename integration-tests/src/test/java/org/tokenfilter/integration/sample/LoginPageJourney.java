package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;

/**
 * The path of a user over a login page and back, in a real browser, and of scripts that get no
 * redirect, in the application that {@code Deployment.ofLoginPage} starts.
 */
final class LoginPageJourney {

  private static final String WRONG = "wrong";
  private static final String RIGHT = "wonderland-4711";

  private static final String FETCH =
      """
      const done = arguments[arguments.length - 1];
      fetch(arguments[0], {redirect: 'manual', headers: {'Token-Passive': 'true'}})
          .then(async answer => done(answer.status + ' ' + await answer.text())).catch(done);
      """;

  private static final String CURRENT_ADDRESS = "return location.href";

  private final PageWindow window;
  private final URI base;
  private final String orders;

  /**
   * Creates a journey in a window.
   *
   * @param base the address of the application, with a slash at the end
   */
  LoginPageJourney(PageWindow window, URI base) {
    this.window = window;
    this.base = base;
    orders = resolve("orders?page=2&sort=a%2Fb");
  }

  private String resolve(String path) {
    return base.resolve(path).toString();
  }

  private String currentAddress() {
    return window.evaluate(CURRENT_ADDRESS, String.class);
  }

  /**
   * Returns the status and body that a script of the application gets for a protected page; the
   * request renews nothing.
   */
  String fetchOrders() {
    return window.runAsyncScript(FETCH, orders);
  }

  /**
   * Requests a protected page, and asserts the redirect to the login page with the return address.
   */
  void assertRedirectedToLoginPage() {
    window.visit(orders).awaitText("#said", "please log in");
    assertThat(currentAddress()).isEqualTo(resolve("login?next=") + encoded(URI.create(orders)));
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

  private void logInAndReturn() {
    logIn();
    window.awaitText("body", "orders of alice, page 2");
    assertThat(currentAddress()).isEqualTo(orders);
  }

  /** Runs all steps; the user is logged in at the end. */
  void runAll() {
    window.visit(base.toString()).awaitText("body", "welcome, null");
    assertThat(fetchOrders()).startsWith("401 ");
    assertRedirectedToLoginPage();
    send(WRONG);
    window.awaitText("#said", "wrong");
    logInAndReturn();
    window.visit(base.toString()).awaitText("body", "welcome, alice");
    assertThat(fetchOrders()).startsWith("200 ").contains("orders of alice");

    window.visit(resolve("public/end?name=alice")).awaitText("body", "ended");
    assertThat(fetchOrders()).startsWith("401 ");
    assertRedirectedToLoginPage();
    logInAndReturn();

    for (String elsewhere : foreignReturnAddresses()) {
      window.visit(resolve("public/bye")).awaitText("body", "bye");
      window.visit(resolve("login?next=" + elsewhere));
      logIn();
      window.awaitText("body", "welcome, alice");
      assertThat(currentAddress()).as(elsewhere).isEqualTo(base.toString());
    }
  }

  /** Returns addresses of other origins, and of another application at the same origin. */
  private List<String> foreignReturnAddresses() {
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
