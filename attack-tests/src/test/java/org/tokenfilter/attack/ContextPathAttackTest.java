package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.NOT_FOUND;
import static org.tokenfilter.attack.ExpectedAnswer.OK;
import static org.tokenfilter.attack.ExpectedAnswer.PUBLIC;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.Accounts;

/** E: applications below a context path, and path settings that would allow everything. */
final class ContextPathAttackTest {

  /** Context paths and their form in a URL. */
  private static final Map<String, String> CONTEXTS =
      Map.of("/app", "/app", "/a b", "/a%20b", "/\u00e9", "/%C3%A9", "/public", "/public");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> protectsBelowEachContextPath() {
    return Stream.of(Container.values())
        .flatMap(
            container ->
                CONTEXTS.entrySet().stream()
                    .filter(context -> container != Container.JETTY_UNSAFE || isUnusual(context))
                    .map(
                        context ->
                            DynamicTest.dynamicTest(
                                "E23 " + context.getKey() + ", " + container,
                                () -> attack(container, context.getKey(), context.getValue()))));
  }

  private static boolean isUnusual(Map.Entry<String, String> context) {
    return context.getValue().contains("%");
  }

  private void attack(Container container, String context, String url) throws Exception {
    Path root = Files.createDirectories(folder.resolve("root" + container));
    Path below = Files.createDirectories(folder.resolve(container + url.replaceAll("[/%]", "_")));
    try (AttackedApp issuer = AttackedApp.plan(root).start();
        AttackedApp app =
            AttackedApp.plan(below)
                .container(container)
                .sharingStoreOf(issuer)
                .contextPath(context)
                .start()) {
      String bearer = "Authorization: Bearer " + issuer.open(Accounts.ALICE, 5);
      for (AttackCase row : rows(url, bearer)) {
        app.check(row);
      }
    }
  }

  private static List<AttackCase> rows(String url, String bearer) {
    List<AttackCase> rows = new ArrayList<>();
    add(rows, url + "/secure/x", EnumSet.of(NOTHING), EnumSet.of(OK), bearer);
    add(rows, url + "/public/x", EnumSet.of(PUBLIC), EnumSet.of(PUBLIC), bearer);
    add(rows, url + "/x.do", EnumSet.of(NOTHING), EnumSet.of(OK), bearer);
    String encoded = "/%" + Integer.toHexString(url.charAt(1)) + url.substring(2);
    if (!url.startsWith("/%")) {
      add(rows, encoded + "/secure/x", refused(), either(), bearer);
    }
    add(rows, url + ";x/secure/x", refused(), either(), bearer);
    add(rows, url + ";/public/secure/x", EnumSet.of(PUBLIC), EnumSet.of(PUBLIC), bearer);
    add(rows, "/public/.." + url + "/secure/x", refused(), either(), bearer);
    add(rows, url + "/public/.." + "/secure/x", refused(), either(), bearer);
    if (!url.equals("/public")) {
      add(rows, url + url + "/secure/x", refused(), either(), bearer);
    }
    add(rows, "/" + url + "/secure/x", refused(), either(), bearer);
    return rows;
  }

  private static Set<ExpectedAnswer> refused() {
    return EnumSet.of(NOTHING, CONTAINER, NOT_FOUND);
  }

  private static Set<ExpectedAnswer> either() {
    return EnumSet.of(OK, NOT_FOUND, PUBLIC, CONTAINER);
  }

  private static void add(
      List<AttackCase> rows,
      String path,
      Set<ExpectedAnswer> without,
      Set<ExpectedAnswer> with,
      String bearer) {
    rows.add(new AttackCase(path, without, it -> it.http().get(path)));
    rows.add(new AttackCase("with a token " + path, with, it -> it.http().get(path, bearer)));
  }

  /** Patterns that other products read as "everything", or that match nothing, stop the start. */
  @ParameterizedTest(name = "E26 [{0}]")
  @ValueSource(
      strings = {
        "*",
        "**",
        "/**",
        "public/*",
        "public",
        "*.css",
        "/public/**",
        "/public*",
        "/pub*lic/*",
        "/public/*/x",
        "/public/*,",
        ",/public/*",
        "/public/*,,/x",
        "/public;x/*",
        "/public/%2e",
        "/public?x",
        "/public#x",
        "\\public",
        "/public\\*",
        "/../*",
        "/public/../*",
        "/./*",
        "/public//*"
      })
  void invalidPathSettingPreventsStart(String paths) {
    assertThatThrownBy(
            () -> AttackedApp.plan(folder).filterParam("token.paths.public", paths).start().close())
        .hasStackTraceContaining("token.paths.public");
  }

  @ParameterizedTest(name = "E26 [{0}]")
  @ValueSource(strings = {"", " ", "/public/* ", " /public/*, /public/* ", "/public/*,/public"})
  void blanksAndDuplicatesOpenNothingElse(String paths) throws Exception {
    try (AttackedApp app =
        AttackedApp.plan(folder).filterParam("token.paths.public", paths).start()) {
      app.check(AttackCase.of("protected", NOTHING, it -> it.http().get("/secure/x")));
      app.check(AttackCase.of("root", NOTHING, it -> it.http().get("/x.do")));
      app.check(
          AttackCase.of(
              "public", paths.isBlank() ? NOTHING : PUBLIC, it -> it.http().get("/public/x")));
    }
  }
}
