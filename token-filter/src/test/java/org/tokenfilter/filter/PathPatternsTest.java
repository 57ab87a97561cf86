package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PathPatternsTest {

  @Test
  void anExactPathCoversItselfAlone() {
    PathPatterns paths = new PathPatterns(List.of("/login"));

    assertThat(paths.cover("/login")).isTrue();
    for (String other : List.of("/logi", "/login2", "/logic", "/login/", "/login/x", "/")) {
      assertThat(paths.cover(other)).as(other).isFalse();
    }
  }

  @Test
  void aPrefixCoversWhatIsBeforeItToo() {
    PathPatterns paths = new PathPatterns(List.of("/public/*"));

    assertThat(paths.cover("/public")).isTrue();
    assertThat(paths.cover("/public/x")).isTrue();
    assertThat(paths.cover("/publicity")).isFalse();
  }

  @Test
  void whatIsIncludedByNameIsNotCoveredEvenByAll() {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getDispatcherType()).thenReturn(DispatcherType.INCLUDE);

    assertThat(new PathPatterns(List.of("/*")).cover(PathPatterns.path(request))).isFalse();
  }
}
