package org.tokenfilter.attack;

import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.NOT_FOUND;
import static org.tokenfilter.attack.ExpectedAnswer.OK;
import static org.tokenfilter.attack.ExpectedAnswer.PUBLIC;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;

/**
 * E: forms of a path. Besides the usual servlets the application has one on {@code /} that routes
 * by the path that it reads, like frameworks do.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class PathAttackTest {

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        AllContainers.withLaxTomcats(
            folder,
            plan ->
                plan.filterParam("token.paths.public", "/public/*, /open/*, /login")
                    .register(
                        it ->
                            it.servlet("login", PathAttackTest::page, "/login")
                                .servlet("router", (q, s) -> route(it.app(), q, s), "/")));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  private static void page(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.getWriter().print("public " + request.getRemoteUser());
  }

  /** Resolves the rest of the path that the container has not resolved, with any separator. */
  private static void route(
      AttackedApp app, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getServletPath().replace("+", "%2B");
    String resolved =
        Path.of("/" + URLDecoder.decode(path, StandardCharsets.UTF_8).replace('\\', '/'))
            .normalize()
            .toString();
    if (resolved.startsWith("/open/")) {
      page(request, response);
    } else if (resolved.startsWith("/secure/")) {
      app.ran(request);
      response.getWriter().print("routed to a secret");
    } else {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
    }
  }

  /** A path, and its allowed answers without and with a token. */
  private record PathCase(
      String id, String path, Set<ExpectedAnswer> without, Set<ExpectedAnswer> with) {}

  private static PathCase plain(
      String id, String path, ExpectedAnswer without, ExpectedAnswer with) {
    return new PathCase(id, path, EnumSet.of(without), EnumSet.of(with));
  }

  /** Returns a case that a container is allowed to refuse first. */
  private static PathCase unusual(String id, String path, ExpectedAnswer without) {
    return new PathCase(
        id,
        path,
        EnumSet.of(without, CONTAINER),
        without == PUBLIC
            ? EnumSet.of(PUBLIC, CONTAINER)
            : EnumSet.of(OK, NOT_FOUND, PUBLIC, CONTAINER));
  }

  /** Returns a case that some containers resolve to a public path, which is right, too. */
  private static PathCase hostile(String id, String path) {
    return new PathCase(
        id,
        path,
        EnumSet.of(NOTHING, PUBLIC, CONTAINER),
        EnumSet.of(OK, NOT_FOUND, PUBLIC, CONTAINER));
  }

  private static List<PathCase> pathCases() {
    List<PathCase> all = new ArrayList<>();
    all.add(plain("E03", "/secure;a=b/x", NOTHING, OK));
    all.add(plain("E03", "/secure/x;jsessionid=1", NOTHING, OK));
    all.add(plain("E03", "/secure/x;/public/x", NOTHING, OK));
    all.add(plain("E03", "/secure;.css/x;.css", NOTHING, OK));
    all.add(plain("E03", "/public;a=b/x", PUBLIC, PUBLIC));
    all.add(plain("E05", "/secure/x.css", NOTHING, OK));
    all.add(plain("E05", "/secure/x%2ecss", NOTHING, OK));
    all.add(plain("E05", "/secure/public/x.css", NOTHING, OK));
    all.add(plain("E06", "/login", PUBLIC, PUBLIC));
    all.add(plain("E06", "/login;x", PUBLIC, PUBLIC));
    all.add(plain("E06", "/login?/secure/x", PUBLIC, PUBLIC));
    all.add(plain("E06", "/login/", NOTHING, NOT_FOUND));
    all.add(plain("E06", "/login/x", NOTHING, NOT_FOUND));
    all.add(plain("E06", "/loginx", NOTHING, NOT_FOUND));
    all.add(plain("E06", "/secure/login", NOTHING, OK));
    all.add(plain("E06", "/secure/x;/login", NOTHING, OK));
    all.add(plain("E06", "/secure/x/login", NOTHING, OK));
    all.add(plain("E06", "/secure/x?/login", NOTHING, OK));
    all.add(plain("E07", "/publicx", NOTHING, NOT_FOUND));
    all.add(plain("E07", "/publicx/x.do", NOTHING, OK));
    all.add(plain("E07", "/public", PUBLIC, PUBLIC));
    all.add(plain("E07", "/public/", PUBLIC, PUBLIC));
    all.add(plain("E07", "/PUBLIC/x", NOTHING, NOT_FOUND));
    all.add(plain("E07", "/Public/x.do", NOTHING, OK));
    all.add(plain("E08", "/%73ecure/x", NOTHING, OK));
    all.add(plain("E08", "/secur%65/x", NOTHING, OK));
    all.add(plain("E08", "/%73%65%63%75%72%65/%78", NOTHING, OK));
    all.add(plain("E08", "/%70ublic/x", PUBLIC, PUBLIC));
    all.add(plain("E09", "/SECURE/x", NOTHING, NOT_FOUND));
    all.add(plain("E09", "/secure%20/x", NOTHING, NOT_FOUND));
    all.add(plain("E09", "/secure./x", NOTHING, NOT_FOUND));
    all.add(unusual("E09", "/secure::$DATA", NOTHING));
    all.add(unusual("E09", "/secure%E2%80%8B/x", NOTHING));
    all.add(plain("E22", "/x.do", NOTHING, OK));
    all.add(plain("E22", "/secure/x.do", NOTHING, OK));
    all.add(plain("E22", "/public.do", NOTHING, OK));
    all.add(plain("E22", "/x.do;a=b", NOTHING, OK));
    all.add(plain("E22", "/", NOTHING, NOT_FOUND));
    all.add(plain("E22", "/public/x.do", PUBLIC, PUBLIC));
    for (String path :
        List.of("/..", "/../secure/x", "/../public/../secure/x", "/../../etc/passwd", "/%2e%2e/")) {
      all.add(unusual("E13", path, NOTHING));
    }
    all.add(unusual("E13", "/public/../../secure/x", NOTHING));
    for (String path :
        List.of("/secure%0a/x", "/secure/x%0a", "/secure%0d%0a/x.css", "/login%0a")) {
      all.add(unusual("E25", path, NOTHING));
    }
    all.add(unusual("E25", "/%0apublic/x.do", NOTHING));
    all.add(unusual("E25", "/public%0a/x.do", NOTHING));
    all.add(unusual("E25", "/secure%0a/public/x", NOTHING));
    for (String path : List.of("//secure/x", "/secure//x", "/;/secure/x", "/./secure/x")) {
      all.add(unusual("E10", path, NOTHING));
    }
    for (String climb :
        List.of("%2e%2e/", "..;/", "../", "..%2f", "%2e%2e%2f", "..%2F", "..;x%2f")) {
      hostileBehind(all, climb);
    }
    for (String climb :
        List.of(
            "%252e%252e/",
            "..%5c", "..\\", "%2e%2e%5C", "..%00/", "..%252f", "..%c0%af", "%u002e%u002e/")) {
      hostileBehind(all, climb);
    }
    hostileBehind(all, "/../");
    hostileBehind(all, "x/..%2f..%2f");
    hostileBehind(all, "x/../%2e./");
    return all;
  }

  private static void hostileBehind(List<PathCase> all, String climb) {
    for (String target : List.of("secure/x", "login/../secure/x")) {
      all.add(hostile("E10", "/public/" + climb + target));
      all.add(hostile("E10", "/open/" + climb + target));
    }
    all.add(hostile("E10", "/public/" + climb + "x.do"));
    all.add(hostile("E10", "/open%2f" + climb + "secure/x"));
    all.add(hostile("E10", "/public%2f" + climb + "secure%2fx"));
    all.add(hostile("E10", "/login/" + climb + "secure/x"));
  }

  @TestFactory
  Stream<DynamicContainer> decidesPathsWithoutToken() throws IOException {
    return containers.tests(
        app -> {
          List<AttackCase> rows = new ArrayList<>();
          for (PathCase spelling : pathCases()) {
            for (String method : methods(spelling)) {
              rows.add(
                  new AttackCase(
                      spelling.id() + " " + method + " " + spelling.path(),
                      spelling.without(),
                      it -> it.http().send(method, spelling.path())));
            }
          }
          return rows;
        });
  }

  /** Returns only one method for the hostile paths, because there are many. */
  private static List<String> methods(PathCase spelling) {
    return spelling.id().equals("E10") ? List.of("GET") : List.of("GET", "POST");
  }

  @TestFactory
  Stream<DynamicContainer> decidesPathsWithToken() throws IOException {
    return containers.tests(
        app -> {
          String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
          return pathCases().stream()
              .map(
                  spelling ->
                      new AttackCase(
                          spelling.id() + " with a token " + spelling.path(),
                          spelling.with(),
                          it -> it.http().get(spelling.path(), bearer)))
              .toList();
        });
  }
}
