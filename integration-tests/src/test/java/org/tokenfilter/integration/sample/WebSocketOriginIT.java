package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;

/**
 * A page of a sibling host, which cannot open a WebSocket as its visitor: with the default
 * SameSite=Lax its browser sends the cookies, since both hosts belong to one site.
 */
final class WebSocketOriginIT {

  private static final String LOG_IN =
      """
      const done = arguments[arguments.length - 1];
      fetch('/security/rest/token/access/session/30',
          {headers: {Authorization: 'Basic ' + btoa('alice:wonderland-4711')}})
        .then(answer => answer.json())
        .then(body => { document.cookie = 'token=' + body.access_token + '; SameSite=Lax; Path=/';
            done(body.username); })
        .catch(done);
      """;

  private static final String OPEN =
      """
      const done = arguments[arguments.length - 1];
      const socket = new WebSocket(arguments[0]);
      socket.onmessage = message => { done(message.data); socket.close(); };
      socket.onerror = () => done('refused');
      """;

  /** Sends the same request by other means, which shows that the cookies were sent. */
  private static final String POST =
      """
      const done = arguments[arguments.length - 1];
      fetch(arguments[0], {mode: 'no-cors', credentials: 'include', method: arguments[1]})
        .then(answer => done(answer.type)).catch(done);
      """;

  @Test
  void siblingHostOpensNoSocketWithVisitorsCookies() throws Exception {
    try (Chromium browser = Chromium.start();
        Deployment server = Deployment.ofWebSockets(Container.TOMCAT_10)) {
      String port = ":" + server.address().getPort();
      String shop = "shop.token.localhost" + port;
      PageWindow own = browser.window().visit("http://" + shop + "/page.txt");
      assertThat(own.runAsyncScript(LOG_IN)).isEqualTo("alice");
      assertThat(own.runAsyncScript(OPEN, "ws://" + shop + "/secure/socket"))
          .isEqualTo("hello alice");
      browser.drainSevereEntries();

      PageWindow sibling = own.visit("http://sibling.token.localhost" + port + "/page.txt");
      assertThat(sibling.runAsyncScript(POST, "http://" + shop + "/no-such-page", "GET"))
          .isEqualTo("opaque");
      assertThat(sibling.runAsyncScript(POST, "http://" + shop + "/no-such-page", "POST"))
          .isEqualTo("opaque");
      assertThat(browser.drainSevereEntries()).contains("404 /no-such-page", "403 /no-such-page");
      assertThat(sibling.runAsyncScript(OPEN, "ws://" + shop + "/secure/socket"))
          .isEqualTo("refused");
      assertThat(browser.drainSevereEntries()).anyMatch(it -> it.contains("403"));
    }
  }
}
