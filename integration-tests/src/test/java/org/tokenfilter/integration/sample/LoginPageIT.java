package org.tokenfilter.integration.sample;

import org.junit.jupiter.api.Test;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;

/**
 * The redirect of a user without a session to the login page and back, which scripts do not get.
 * The application is at a context path; {@link PageBehindNginxIT} covers the same behind a proxy.
 */
final class LoginPageIT {

  @Test
  void redirectsToLoginPageAndBack() throws Exception {
    try (Chromium browser = Chromium.start();
        Deployment shop = Deployment.ofLoginPage(Container.TOMCAT_10, "/shop")) {
      new LoginPageJourney(browser.window(), shop.address()).runAll();
    }
  }
}
