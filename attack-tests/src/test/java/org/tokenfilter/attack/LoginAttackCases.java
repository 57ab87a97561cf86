package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.token.Subject;

/**
 * All login routes of one application on each container. Its authenticator compares every character
 * and counts its calls.
 */
final class LoginAttackCases implements AutoCloseable {

  private static final List<Container> CONTAINERS = List.of(Container.JETTY, Container.TOMCAT);

  /** Any number of calls of the authenticator. */
  private static final int ANY = -1;

  private final Map<Container, AttackedApp> apps = new EnumMap<>(Container.class);
  private final Map<String, String> accounts;
  private final AtomicInteger checks = new AtomicInteger();

  LoginAttackCases(Path folder, Map<String, String> accounts) throws Exception {
    this.accounts = Map.copyOf(accounts);
    for (Container container : CONTAINERS) {
      AttackedApp app =
          FamilyServlets.in(
                  AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
                      .container(container)
                      .setting("token.login.failures", "1000000")
                      .authenticator(this::check))
              .start();
      accounts.values().forEach(app::secret);
      apps.put(container, app);
    }
  }

  /** A login attempt at a route. */
  @FunctionalInterface
  interface Attempt {
    Answer at(LoginRoute route, RawHttp client) throws IOException;
  }

  /** A case at each of some login routes, with the expected number of authenticator calls. */
  record Case(
      String name,
      List<LoginRoute> doors,
      Attempt attempt,
      BiPredicate<LoginRoute, Answer> fits,
      int expectedChecks) {

    static Case checked(
        String name, List<LoginRoute> doors, Attempt attempt, BiPredicate<LoginRoute, Answer> f) {
      return new Case(name, doors, attempt, f, 1);
    }

    static Case unchecked(
        String name, List<LoginRoute> doors, Attempt attempt, BiPredicate<LoginRoute, Answer> f) {
      return new Case(name, doors, attempt, f, 0);
    }

    static Case either(
        String name, List<LoginRoute> doors, Attempt attempt, BiPredicate<LoginRoute, Answer> f) {
      return new Case(name, doors, attempt, f, ANY);
    }
  }

  private Optional<Subject> check(UsernamePasswordCredential credential) {
    checks.incrementAndGet();
    String password = accounts.get(credential.username());
    return password != null && password.equals(new String(credential.password()))
        ? Optional.of(Subject.of(credential.username()))
        : Optional.empty();
  }

  /** Returns a test for each case at each of its routes on each container. */
  Stream<DynamicTest> tests(Stream<Case> cases) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case it : cases.toList()) {
      for (LoginRoute route : it.doors()) {
        apps.forEach(
            (container, app) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        "%s, %s, %s".formatted(it.name(), route, container),
                        () -> check(it, route, app))));
      }
    }
    assertThat(tests).extracting(DynamicTest::getDisplayName).doesNotHaveDuplicates();
    return tests.stream();
  }

  private void check(Case it, LoginRoute route, AttackedApp app) throws IOException {
    checks.set(0);
    Answer answer =
        app.check(
            it.name(),
            target -> it.attempt().at(route, target.http()),
            got -> it.fits().test(route, got));
    if (it.expectedChecks() != ANY) {
      assertThat(checks).hasValue(it.expectedChecks());
    }
    assertThat(app.ran()).isEmpty();
    assertThat(app.logLines()).allMatch(line -> line.lines().count() == 1);
    assertThat(app.containerLogLines()).noneMatch(line -> line.contains("org.tokenfilter"));
    if (answer.status() == 200) {
      assertThat(app.security.service().introspect(route.tokenOf(answer)).orElseThrow().record())
          .satisfies(record -> assertThat(record.roles()).isEmpty())
          .satisfies(record -> assertThat(accounts).containsKey(record.subject()));
    }
  }

  @Override
  public void close() {
    apps.values().forEach(AttackedApp::close);
  }
}
