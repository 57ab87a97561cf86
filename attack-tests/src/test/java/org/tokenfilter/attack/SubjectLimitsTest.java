package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.Subject;

/** Users with the right password who exceed the limits of a record. */
final class SubjectLimitsTest {

  private static final Map<String, Function<String, Subject>> INVALID_SUBJECTS =
      Map.of(
          "grouped",
          name -> new Subject(name, groups(800), Map.of()),
          "described",
          name -> new Subject(name, Set.of(), Map.of("about", "x".repeat(9000))),
          "long",
          name -> Subject.of("n".repeat(256)),
          "nul",
          name -> Subject.of("nul\u0000\n2026-01-01 WARN forged"),
          "half",
          name -> Subject.of(name, "role\ud800"));

  @TempDir private Path folder;

  private static Set<String> groups(int count) {
    return IntStream.range(0, count)
        .mapToObj("CN=Group %03d,OU=Groups,OU=Department,DC=corp,DC=example,DC=com"::formatted)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource(
      value = Container.class,
      names = {"JETTY", "TOMCAT"})
  void refusesLoginsAndLogsTheUser(Container container) throws Exception {
    try (AttackedApp app =
        FamilyServlets.in(
                AttackedApp.plan(folder)
                    .container(container)
                    .setting("token.introspection.role", groups(1).iterator().next())
                    .authenticator(
                        credential ->
                            new String(credential.password()).equals("wonderland")
                                ? Optional.of(
                                    INVALID_SUBJECTS
                                        .getOrDefault(credential.username(), Subject::of)
                                        .apply(credential.username()))
                                : Optional.empty()))
            .start()) {
      Set<String> logged = new HashSet<>();
      for (String name : INVALID_SUBJECTS.keySet()) {
        for (LoginRoute route : LoginRoute.values()) {
          Answer answer =
              app.check(
                  name + ", " + route,
                  it -> route.logIn(it.http(), name, "wonderland"),
                  route::isForbidden);
          assertThat(answer.head() + answer.body()).doesNotContain("roles", "32768", "CN=");
          app.logLines().stream().filter(line -> line.startsWith("WARN")).forEach(logged::add);
        }
      }
      assertThat(logged)
          .isNotEmpty()
          .allSatisfy(
              line ->
                  assertThat(line)
                      .startsWith("WARN The user \"")
                      .contains("is refused with 403 at each login")
                      .doesNotContain("\n", "CN="));
      app.check(
          "then",
          it -> LoginRoute.OPEN_BASIC.logIn(it.http(), "bob", "wonderland"),
          it -> it.status() == 200);
      assertThat(introspect(app).body()).isEqualTo("{\"active\":false}");
    }
  }

  /** Introspects as a user with many roles, which is allowed because no token is made. */
  private static Answer introspect(AttackedApp app) throws IOException {
    return app.http()
        .post(
            "/oauth/introspect",
            "application/x-www-form-urlencoded",
            "token=abc",
            "Authorization: " + WebApp.basic("grouped:wonderland"));
  }
}
