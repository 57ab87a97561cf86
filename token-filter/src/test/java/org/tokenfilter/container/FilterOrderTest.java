package org.tokenfilter.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.container.FilterOrder.Mapping;

/** The order of filters, compared with the chains that a container would build. */
class FilterOrderTest {

  private static final String ENGINE = "engine";
  private static final String GUARD = "guard";
  private static final List<String> PATTERNS =
      List.of("/*", "/a/*", "/b/*", "/a/b/*", "/a", "/a/b", "*.x");
  private static final List<String> PATHS =
      List.of("/", "/a", "/a/", "/a/b", "/a/b/c", "/a/b/c.x", "/ab", "/b", "/b/c", "/a.x", "/q.x");

  @Test
  void agreesWithTheChainOfEachPath() {
    int before = 0;
    int behind = 0;
    for (List<Mapping> mappings : allMappings(4)) {
      boolean expected = PATHS.stream().anyMatch(path -> engineAnswers(mappings, path));
      boolean told = new FilterOrder(mappings).isBefore(ENGINE, Set.of(GUARD));
      boolean exact = mappings.stream().noneMatch(it -> "*.x".equals(it.pattern()));
      if (expected || exact) {
        assertThat(told).as("%s", mappings).isEqualTo(expected);
      }
      before += expected ? 1 : 0;
      behind += expected ? 0 : 1;
    }
    assertThat(before).isGreaterThan(1000);
    assertThat(behind).isGreaterThan(1000);
  }

  /** Returns whether the engine sees a request that the guard would have seen later. */
  private static boolean engineAnswers(List<Mapping> mappings, String path) {
    List<String> chain =
        mappings.stream()
            .filter(it -> matches(Objects.requireNonNull(it.pattern()), path))
            .map(Mapping::filter)
            .toList();
    return !chain.isEmpty() && chain.get(0).equals(ENGINE) && chain.contains(GUARD);
  }

  private static boolean matches(String pattern, String path) {
    if (pattern.endsWith("/*")) {
      String start = pattern.substring(0, pattern.length() - 2);
      return path.equals(start) || path.startsWith(start + "/");
    }
    return pattern.startsWith("*") ? path.endsWith(pattern.substring(1)) : path.equals(pattern);
  }

  /** Returns all sequences of at most this many mappings, one of them for the engine. */
  private static List<List<Mapping>> allMappings(int most) {
    List<List<Mapping>> found = new ArrayList<>();
    for (int length = 1; length <= most; length++) {
      for (int place = 0; place < length; place++) {
        extend(new ArrayList<>(), length, place, found);
      }
    }
    return found;
  }

  private static void extend(
      List<Mapping> begun, int length, int place, List<List<Mapping>> found) {
    if (begun.size() == length) {
      found.add(List.copyOf(begun));
      return;
    }
    for (String pattern : PATTERNS) {
      begun.add(new Mapping(begun.size() == place ? ENGINE : GUARD, pattern));
      extend(begun, length, place, found);
      begun.remove(begun.size() - 1);
    }
  }

  @Test
  void servletMappingsComeAfterPathMappings() {
    assertThat(before(new Mapping(GUARD, null), new Mapping(ENGINE, "/*"))).isTrue();
    assertThat(before(new Mapping(ENGINE, null), new Mapping(GUARD, "/*"))).isFalse();
    assertThat(before(new Mapping(ENGINE, null), new Mapping(GUARD, null))).isTrue();
    assertThat(
            before(new Mapping(GUARD, "/*"), new Mapping(ENGINE, "/*"), new Mapping(GUARD, null)))
        .isFalse();
  }

  @Test
  void listsEarlierFiltersInOrderAndOnce() {
    FilterOrder order =
        new FilterOrder(
            Stream.of("cors", "log", "cors", GUARD, "late", GUARD)
                .map(name -> new Mapping(name, "/*"))
                .toList());
    assertThat(order.before(GUARD)).containsExactly("cors", "log");
    assertThat(order.before("another")).isEmpty();
  }

  private static boolean before(@Nullable Mapping... mappings) {
    return new FilterOrder(List.of(mappings)).isBefore(ENGINE, Set.of(GUARD));
  }
}
