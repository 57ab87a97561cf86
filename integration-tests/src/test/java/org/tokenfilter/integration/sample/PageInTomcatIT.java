package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;

/** The sample's page at the path where Tomcat deploys a WAR, which is the name of its file. */
final class PageInTomcatIT {

  private static final String PATH = "/sample-webapp";

  @Test
  void pageWorksAtContextPath() throws Exception {
    try (Chromium browser = Chromium.start();
        Deployment tomcat = Deployment.ofSample(Container.TOMCAT_10, PATH)) {
      PageWindow page = browser.window().open(tomcat.address());
      page.logIn("alice", "session");
      assertThat(page.wire()).contains("> POST " + PATH + "/security/rest/token/access/session/60");
      assertThat(page.call("/api/whoami")).contains("Accepted");
      assertThat(page.wire()).contains("> GET " + PATH + "/api/whoami", "\"username\": \"alice\"");
      page.awaitText("#health", "Health: ok, store ok");
      assertThat(page.press("#gateway-login", "#gateway-said")).contains("has a user token");
      assertThat(page.press("#gateway-open", "#gateway-said")).contains("is open");
      assertThat(page.press("#client-open", "#client-said")).contains("has its token until");
      assertThat(page.press("#client-refresh", "#client-said")).contains("Refreshed");
      assertThat(page.press("#devices-load", "#devices-said")).contains("live token");
      page.awaitStatusCheck();
      page.press("#devices-list .current button", "#banner");
      assertThat(page.text("#banner")).contains("logged out");
      assertThat(browser.drainSevereEntries()).containsExactly("401 " + PATH + "/api/whoami");
    }
  }
}
