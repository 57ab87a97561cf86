package org.tokenfilter.registration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.ee10.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee10.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.security.authentication.BasicAuthenticator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** An auth-constraint of web.xml, which requires the container's login before any filter runs. */
final class AuthConstraintTest {

  @TempDir private Path folder;

  @Test
  void authConstraintIgnoresTokens() throws Exception {
    try (TokenSecurity security =
            TokenSecurity.builder()
                .settings(Accounts.settings(folder))
                .setting("token.audience", "ROOT")
                .build();
        WebApp app = new WebApp()) {
      app.filter(new TokenFilter(security), Map.of())
          .servlet("/security/rest/*", new AccessTokenServlet());
      for (String path : new String[] {"/constrained/who", "/api/who"}) {
        app.servlet(
            path, (request, response) -> response.getWriter().print(request.isUserInRole("user")));
      }
      ConstraintMapping mapping = new ConstraintMapping();
      mapping.setPathSpec("/constrained/*");
      mapping.setConstraint(Constraint.from("user"));
      ConstraintSecurityHandler guard = new ConstraintSecurityHandler();
      guard.addConstraintMapping(mapping);
      HashLoginService realm = new HashLoginService("realm of the container");
      realm.setUserStore(new UserStore());
      guard.setLoginService(realm);
      guard.setAuthenticator(new BasicAuthenticator());
      app.context().setSessionHandler(new SessionHandler());
      app.context().setSecurityHandler(guard);
      app.start();
      Session alice = app.session(Accounts.ALICE, 5);
      assertThat(app.get("/api/who", alice.headers()).body()).isEqualTo("true");
      HttpResponse<String> constrained = app.get("/constrained/who", alice.headers());
      assertThat(constrained.statusCode()).isEqualTo(401);
      assertThat(constrained.headers().allValues("WWW-Authenticate"))
          .singleElement()
          .asString()
          .contains("realm of the container");
    }
  }
}
