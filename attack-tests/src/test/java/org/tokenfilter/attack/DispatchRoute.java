package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** The routes of a request to the protected servlet; all get the same decision. */
enum DispatchRoute {
  GET("GET", "/secure/x"),
  POST("POST", "/secure/x"),
  /** Gets the answer of GET without the body. */
  HEAD("HEAD", "/secure/x"),
  /** Forwards from a public servlet. */
  FORWARD("GET", "/public/forward"),
  /** Forwards by servlet name from a public servlet. */
  FORWARD_BY_NAME("GET", "/public/forward-by-name"),
  /** Dispatches asynchronously from a public servlet. */
  ASYNC("GET", "/public/async");

  private final String method;
  private final String path;

  DispatchRoute(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** Registers the public servlets that dispatch. */
  static void register(AttackedApp.Registrations registrations) {
    // A filter sees a dispatch by name only if it is mapped to the servlet's name.
    var token = registrations.context().getFilterRegistration("token");
    token.addMappingForServletNames(EnumSet.of(DispatcherType.FORWARD), true, "secure");
    registrations
        .servlet(
            "forward",
            (request, response) ->
                existing(request.getRequestDispatcher("/secure/x")).forward(request, response),
            FORWARD.path)
        .servlet(
            "forward by name",
            (request, response) -> named(request).forward(request, response),
            FORWARD_BY_NAME.path)
        .servlet(
            "async", (request, response) -> request.startAsync().dispatch("/secure/x"), ASYNC.path);
  }

  private static RequestDispatcher named(HttpServletRequest request) {
    return existing(request.getServletContext().getNamedDispatcher("secure"));
  }

  private static RequestDispatcher existing(RequestDispatcher dispatcher) {
    assertThat(dispatcher).isNotNull();
    return dispatcher;
  }

  private Answer send(AttackedApp app, String... headers) throws IOException {
    Answer answer = app.http().send(method, path, headers);
    if (this != HEAD || ExpectedAnswer.CONTAINER.fits(answer)) {
      return answer;
    }
    assertThat(answer.body()).isEmpty();
    return new Answer(answer.head(), GET.send(app, headers).body());
  }

  /** Returns a case for each route, without HEAD for an accepted GET, which would run twice. */
  static List<AttackCase> rows(String name, Set<ExpectedAnswer> allowed, String... headers) {
    List<AttackCase> rows = new ArrayList<>();
    for (DispatchRoute route : values()) {
      if (route != HEAD || !allowed.contains(ExpectedAnswer.OK)) {
        rows.add(new AttackCase(name + ", " + route, allowed, app -> route.send(app, headers)));
      }
    }
    return rows;
  }
}
