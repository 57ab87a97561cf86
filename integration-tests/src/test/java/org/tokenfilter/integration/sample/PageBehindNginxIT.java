package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;
import org.tokenfilter.integration.proxy.Nginx;

/** The sample's page at a context path, by TLS through nginx with the recipe of the document. */
final class PageBehindNginxIT {

  private static final String TRUSTED = "token.trusted-proxies";

  @Test
  void pageDoesTheSameByTlsThroughAProxy() throws Exception {
    System.setProperty(TRUSTED, "127.0.0.1");
    try (Chromium browser = Chromium.start("--ignore-certificate-errors");
        Deployment node = Deployment.ofSample(Container.TOMCAT_10, "/shop");
        Nginx proxy = Nginx.before(node.address().getPort())) {
      URI address = URI.create("https://localhost:" + proxy.port() + "/shop/");
      PageWindow page = browser.window().open(address);
      page.logIn("alice", "session");
      assertThat(page.call("/api/whoami")).contains("Accepted");
      assertThat(page.wire()).contains("> GET /shop/api/whoami", "\"username\": \"alice\"");
    } finally {
      System.clearProperty(TRUSTED);
    }
  }
}
