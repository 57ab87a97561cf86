package org.tokenfilter.metrics;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** An application that logs a user in, serves a request and stops; for any class loader. */
final class ServedApplication implements UnaryOperator<String> {

  /** Returns the results of a request with a token and of one without. */
  @Override
  public String apply(String folder) {
    try (WebApp app =
        new WebApp()
            .filter(new TokenFilter(), Accounts.settings(Path.of(folder)))
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/who",
                (request, response) -> response.getWriter().write("" + request.getRemoteUser()))) {
      app.start();
      WebApp.Session session = app.session(Accounts.ALICE, 5);
      return app.get("/who", session.headers()).body() + " " + app.get("/who").statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
