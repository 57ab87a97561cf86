package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PathPatternsTest {

  @Test
  void exactPathMatchesOnlyItself() {
    PathPatterns paths = new PathPatterns(List.of("/login"));

    assertThat(paths.matches("/login")).isTrue();
    for (String other : List.of("/logi", "/login2", "/logic", "/login/", "/login/x", "/")) {
      assertThat(paths.matches(other)).as(other).isFalse();
    }
  }

  @Test
  void prefixAlsoMatchesItsBasePath() {
    PathPatterns paths = new PathPatterns(List.of("/public/*"));

    assertThat(paths.matches("/public")).isTrue();
    assertThat(paths.matches("/public/x")).isTrue();
    assertThat(paths.matches("/publicity")).isFalse();
  }

  @Test
  void unknownPathMatchesNothing() {
    assertThat(new PathPatterns(List.of("/*")).matches(null)).isFalse();
  }
}
