package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Deployment;

/**
 * A page of another origin, like one family's JavaScript clients: it requests a session token by
 * Basic, with credentials, for which its browser sends a preflight first.
 */
final class OtherOriginIT {

  private static final String CLIENT =
      """
      const done = arguments[arguments.length - 1];
      const ask = (path, authorization) => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('GET', arguments[0] + path);
        request.withCredentials = true;
        request.setRequestHeader('Authorization', authorization);
        request.onload = () => resolve(request);
        request.onerror = () => reject(new Error('not readable'));
        request.send();
      });
      const call = async () => {
        const given = await ask('/security/rest/token/access/session/30',
            'Basic ' + btoa('alice:wonderland-4711'));
        if (given.status !== 200) {
          return 'given: ' + given.status;
        }
        const bearer = 'Bearer ' + JSON.parse(given.responseText).access_token;
        const who = await ask('/api/whoami', bearer);
        const out = await ask('/security/rest/token/logout', bearer);
        const after = await ask('/api/whoami', bearer);
        return [JSON.parse(who.responseText).username, who.status, out.status, after.status]
            .join(' ');
      };
      call().then(done).catch(error => done(error.message));
      """;

  private static Chromium browser;
  private HttpServer page;

  @BeforeAll
  static void start() {
    browser = Chromium.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void serveAPage() throws Exception {
    browser.clearCookies();
    page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] body = "<!doctype html><title>page</title>".getBytes(StandardCharsets.US_ASCII);
    page.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    page.start();
  }

  @AfterEach
  void stopServing() {
    page.stop(0);
  }

  @Test
  void pageOfListedOriginLogsInAndOut() throws Exception {
    Map<String, String> settings = Map.of("token.origins", origin(), "token.logout.status", "200");
    try (Deployment tomcat = Deployment.ofSampleWithCors(origin(), settings)) {
      assertThat(runClient(tomcat)).isEqualTo("alice 200 200 401");
    }
  }

  @Test
  void refusesOriginThatOnlyTheCorsFilterAllows() throws Exception {
    try (Deployment tomcat = Deployment.ofSampleWithCors(origin(), Map.of())) {
      assertThat(runClient(tomcat)).isEqualTo("given: 403");
    }
  }

  /** Returns an origin on another host of the same site, so that the session cookie is sent. */
  private String origin() {
    return "http://app.token.localhost:" + page.getAddress().getPort();
  }

  private String runClient(Deployment tomcat) {
    String shop = "http://shop.token.localhost:" + tomcat.address().getPort();
    return browser.window().visit(origin() + "/").runAsyncScript(CLIENT, shop);
  }
}
