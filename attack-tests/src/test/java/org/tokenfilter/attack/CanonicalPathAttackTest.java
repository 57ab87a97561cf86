package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.NOT_FOUND;
import static org.tokenfilter.attack.ExpectedAnswer.OK;
import static org.tokenfilter.attack.ExpectedAnswer.PUBLIC;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;

/**
 * E12: the examples of Jakarta Servlet 6.0, 3.5.2, after a public and after a protected prefix. The
 * decision is always that of the canonical path, in every reading of a container.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class CanonicalPathAttackTest {

  private static final int EXAMPLES = 84;

  /** The destination of an example: the public servlet, the protected one, or another place. */
  private enum Destination {
    PUBLIC,
    SECURE,
    OTHER;

    static Destination of(String text) {
      return valueOf(text.replace("rejected ", "").toUpperCase(Locale.ROOT));
    }
  }

  private record Example(String prefix, String path, Destination destination, boolean rejected) {

    String fullPath() {
      return prefix + path;
    }

    /** Allows a challenge for a path that the container should have rejected. */
    Set<ExpectedAnswer> withoutToken() {
      Set<ExpectedAnswer> allowed =
          EnumSet.of(CONTAINER, destination == Destination.PUBLIC ? PUBLIC : NOTHING);
      if (rejected) {
        allowed.add(NOTHING);
      }
      return allowed;
    }

    /** Allows 404, because a lax container may leave the path unresolved below the prefix. */
    Set<ExpectedAnswer> withToken() {
      return switch (destination) {
        case PUBLIC -> EnumSet.of(CONTAINER, PUBLIC, NOT_FOUND);
        case SECURE -> EnumSet.of(CONTAINER, OK, NOT_FOUND);
        case OTHER -> EnumSet.of(CONTAINER, NOT_FOUND);
      };
    }
  }

  private final List<Example> examples = new ArrayList<>();
  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers = AllContainers.withLaxTomcats(folder, plan -> plan);
    try (InputStream table = getClass().getResourceAsStream("servlet-paths.txt")) {
      String text =
          new String(Objects.requireNonNull(table).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("# ")).toList()) {
        List<String> cells = Stream.of(line.split(" \\| ", -1)).map(String::strip).toList();
        for (int i = 1; i < cells.size(); i++) {
          String cell = cells.get(i);
          examples.add(
              new Example(
                  i == 1 ? "/public" : "/secure",
                  cells.get(0),
                  Destination.of(cell),
                  cell.startsWith("rejected ")));
        }
      }
    }
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  @Test
  void tableIsComplete() {
    assertThat(examples).hasSize(2 * EXAMPLES).doesNotHaveDuplicates();
  }

  @TestFactory
  Stream<DynamicContainer> decidesExamplesWithoutToken() throws IOException {
    return containers.tests(
        app ->
            examples.stream()
                .map(
                    example ->
                        new AttackCase(
                            "E12 " + example.fullPath(),
                            example.withoutToken(),
                            it -> it.http().get(example.fullPath())))
                .toList());
  }

  @TestFactory
  Stream<DynamicContainer> decidesExamplesWithToken() throws IOException {
    return containers.tests(
        app -> {
          String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
          return examples.stream()
              .map(
                  example ->
                      new AttackCase(
                          "E12 with a token " + example.fullPath(),
                          example.withToken(),
                          it -> it.http().get(example.fullPath(), bearer)))
              .toList();
        });
  }

  /** Jetty refuses these paths by default, but drops a fragment and a parameter. */
  @TestFactory
  Stream<DynamicTest> jettyRejectsAmbiguousExamples() {
    AttackedApp jetty = containers.app(Container.JETTY);
    return jetty.tests(
        examples.stream()
            .filter(example -> example.rejected() && !isNotRejected(example.path()))
            .map(
                example ->
                    AttackCase.of(
                        "E12 rejected " + example.fullPath(),
                        CONTAINER,
                        it -> it.http().get(example.fullPath())))
            .toList());
  }

  private static boolean isNotRejected(String path) {
    return path.contains("#") || path.contains(";%2F");
  }
}
