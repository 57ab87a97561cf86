package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.Verdict.CONTAINER;
import static org.tokenfilter.attack.Verdict.NOTHING;
import static org.tokenfilter.attack.Verdict.NOT_FOUND;
import static org.tokenfilter.attack.Verdict.OK;
import static org.tokenfilter.attack.Verdict.PUBLIC;

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
import org.tokenfilter.Accounts;

/**
 * E12: the examples of Jakarta Servlet 6.0, 3.5.2, after a public and after a protected prefix. The
 * decision is always that of the canonical path, in every reading of a container.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class CanonicalPathAttackTest {

  private static final int EXAMPLES = 84;

  /** The destination of an example: the public servlet, the protected one, or another place. */
  private enum Place {
    PUBLIC,
    SECURE,
    OTHER;

    static Place of(String text) {
      return valueOf(text.replace("rejected ", "").toUpperCase(Locale.ROOT));
    }
  }

  private record Example(String prefix, String path, Place place, boolean rejected) {

    String whole() {
      return prefix + path;
    }

    /** Allows a challenge for a path that the container should have rejected. */
    Set<Verdict> withoutToken() {
      Set<Verdict> allowed = EnumSet.of(CONTAINER, place == Place.PUBLIC ? PUBLIC : NOTHING);
      if (rejected) {
        allowed.add(NOTHING);
      }
      return allowed;
    }

    /** Allows 404, because a lax container may leave the path unresolved below the prefix. */
    Set<Verdict> withToken() {
      return switch (place) {
        case PUBLIC -> EnumSet.of(CONTAINER, PUBLIC, NOT_FOUND);
        case SECURE -> EnumSet.of(CONTAINER, OK, NOT_FOUND);
        case OTHER -> EnumSet.of(CONTAINER, NOT_FOUND);
      };
    }
  }

  private final List<Example> examples = new ArrayList<>();
  private EachContainer containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers = EachContainer.andLaxTomcats(folder, plan -> plan);
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
                  Place.of(cell),
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
  void tableIsWhole() {
    assertThat(examples).hasSize(2 * EXAMPLES).doesNotHaveDuplicates();
  }

  @TestFactory
  Stream<DynamicContainer> withoutToken() throws IOException {
    return containers.tests(
        app ->
            examples.stream()
                .map(
                    example ->
                        new Row(
                            "E12 " + example.whole(),
                            example.withoutToken(),
                            it -> it.http().get(example.whole())))
                .toList());
  }

  @TestFactory
  Stream<DynamicContainer> withToken() throws IOException {
    return containers.tests(
        app -> {
          String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
          return examples.stream()
              .map(
                  example ->
                      new Row(
                          "E12 with a token " + example.whole(),
                          example.withToken(),
                          it -> it.http().get(example.whole(), bearer)))
              .toList();
        });
  }

  /** Jetty refuses these paths by default, but drops a fragment and a parameter. */
  @TestFactory
  Stream<DynamicTest> rejectedByJetty() {
    AttackedApp jetty = containers.on(Container.JETTY);
    return jetty.tests(
        examples.stream()
            .filter(example -> example.rejected() && !leftOut(example.path()))
            .map(
                example ->
                    Row.of(
                        "E12 rejected " + example.whole(),
                        CONTAINER,
                        it -> it.http().get(example.whole())))
            .toList());
  }

  private static boolean leftOut(String path) {
    return path.contains("#") || path.contains(";%2F");
  }
}
