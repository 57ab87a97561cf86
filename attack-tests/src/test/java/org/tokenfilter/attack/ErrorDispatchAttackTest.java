package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** E16: error pages below a protected path. E14: the need to map the filter to all dispatches. */
final class ErrorDispatchAttackTest {

  private static final String ERROR_PAGE = "/secure/error-page";

  @TempDir private Path folder;

  private static AttackedApp jetty(Path folder) throws Exception {
    return AttackedApp.plan(folder)
        .register(
            it -> {
              ErrorPageErrorHandler pages = new ErrorPageErrorHandler();
              pages.addErrorPage(400, 599, ERROR_PAGE);
              ServletContextHandler context =
                  Objects.requireNonNull(
                      ServletContextHandler.getServletContextHandler(it.context()));
              context.setErrorHandler(pages);
              servlets(it);
            })
        .start();
  }

  private static AttackedApp tomcat(Path folder) throws Exception {
    AtomicReference<@Nullable Connector> connector = new AtomicReference<>();
    ContainerStarter host = org.tokenfilter.attack.Container.tomcatWith(connector::set);
    return AttackedApp.plan(folder)
        .container(host)
        .register(
            it -> {
              ErrorPage page = new ErrorPage();
              page.setLocation(ERROR_PAGE);
              Container engine =
                  Objects.requireNonNull(connector.get()).getService().getContainer();
              Context context = (Context) engine.findChildren()[0].findChildren()[0];
              context.addErrorPage(page);
              servlets(it);
            })
        .start();
  }

  private static void servlets(AttackedApp.Registrations it) {
    it.servlet("error page", ErrorDispatchAttackTest::page, ERROR_PAGE)
        .servlet("view", (q, s) -> s.getWriter().print("view"), "/WEB-INF/view")
        .servlet("error", (q, s) -> s.sendError(418), "/public/error", "/secure/error")
        .servlet(
            "failure",
            (q, s) -> {
              throw new IllegalStateException("the application's own");
            },
            "/public/failure",
            "/secure/failure");
  }

  private static void page(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String target = request.getParameter("to");
    if (target != null) {
      RequestDispatcher dispatcher = Objects.requireNonNull(request.getRequestDispatcher(target));
      if (request.getParameter("include") == null) {
        dispatcher.forward(request, response);
      } else {
        dispatcher.include(request, response);
      }
      return;
    }
    response.getWriter().print("error page for " + request.getRemoteUser());
  }

  @TestFactory
  Stream<DynamicTest> errorPageSeesTheDecision() {
    return Stream.of("JETTY", "TOMCAT")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    "E16 " + name,
                    () -> {
                      try (AttackedApp app =
                          name.equals("JETTY") ? jetty(folder) : tomcat(folder)) {
                        attack(app);
                        attackDispatchesOfErrorPage(app);
                      }
                    }));
  }

  private static void attack(AttackedApp app) throws IOException {
    String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
    for (String path : List.of("/public/error", "/public/failure")) {
      Answer nobody = app.http().get(path);
      assertThat(nobody.body()).isEqualTo("error page for null");
      assertThat(nobody.all("Token-Remaining")).isEmpty();
      assertThat(app.http().get(path, bearer).body()).isEqualTo("error page for alice");
      assertThat(app.http().get(path, "Authorization: Bearer x").body())
          .isEqualTo("error page for null");
    }
    for (String path : List.of("/secure/error", "/secure/failure")) {
      app.check(AttackCase.of(path, NOTHING, it -> it.http().get(path)));
      Answer alice = app.http().get(path, bearer);
      assertThat(alice.status()).isIn(418, 500);
      assertThat(alice.body()).isEqualTo("error page for alice");
    }
    app.check(AttackCase.of("asked for itself", NOTHING, it -> it.http().get(ERROR_PAGE)));
    assertThat(app.ran()).isEmpty();
    app.assertNoSecretLogged();
  }

  /** Asserts that an error page that dispatches further discloses no protected page. */
  private static void attackDispatchesOfErrorPage(AttackedApp app) throws IOException {
    String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
    for (String path : List.of("/public/error", "/public/failure")) {
      for (String how : List.of("", "&include")) {
        assertThat(app.http().get(path + "?to=/WEB-INF/view" + how).body()).isEqualTo("view");
        assertThat(app.http().get(path + "?to=/public/x" + how).body()).isEqualTo("public null");
        String secure = path + "?to=/secure/x" + how;
        assertThat(app.http().get(secure).body()).doesNotContain("secret");
        assertThat(app.ran()).isEmpty();
        assertThat(app.http().get(secure, bearer).body()).isEqualTo("secret of alice");
        app.check(AttackCase.of(path, NOTHING, it -> it.http().get("/secure/x")));
      }
      // A forward, unlike an include, gets the refusal as its answer.
      assertThat(app.http().get(path + "?to=/secure/x").status()).isEqualTo(401);
    }
    for (String path : List.of("/WEB-INF/view", "/secure/error?to=/WEB-INF/view")) {
      assertThat(app.http().get(path).body()).doesNotContain("view");
    }
  }

  @Test
  void mappingToRequestsAloneIsNotEnough() throws Exception {
    try (AttackedApp settings = AttackedApp.plan(folder).start()) {
      var running =
          org.tokenfilter.attack.Container.JETTY.start(
              "",
              folder,
              (classes, context) -> {
                var filter = context.addFilter("token", new TokenFilter(settings.security));
                filter.setInitParameter("token.paths.public", "/public/*");
                filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
                context
                    .addServlet(
                        "forward",
                        WebApp.servlet(
                            (q, s) ->
                                Objects.requireNonNull(q.getRequestDispatcher("/secure/x"))
                                    .forward(q, s)))
                    .addMapping("/public/*");
                context
                    .addServlet(
                        "secure", WebApp.servlet((q, s) -> s.getWriter().print("given away")))
                    .addMapping("/secure/*");
              });
      try {
        RawHttp http = RawHttp.to(running.port());
        assertThat(http.get("/secure/x").status()).isEqualTo(401);
        assertThat(http.get("/public/x").body()).isEqualTo("given away");
      } finally {
        running.stop().stop();
      }
    }
  }
}
