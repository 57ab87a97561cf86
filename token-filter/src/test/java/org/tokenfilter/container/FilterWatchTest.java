package org.tokenfilter.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tokenfilter.filter.TokenFilter;

/**
 * The watch on contexts that expose little. The integration tests cover real containers and their
 * engines.
 */
class FilterWatchTest {

  @Test
  void tokenFilterNameIsItsClass() {
    assertThat(PrecedingFilters.TOKEN_FILTER).isEqualTo(TokenFilter.class.getName());
  }

  @Test
  void unknownContainerStartsAndIsNotBypassed() {
    ServletContext context = mock(ServletContext.class);
    FilterRegistration engine = registration("org.apache.tomcat.websocket.server.WsFilter");
    FilterRegistration token = registration(TokenFilter.class.getName());
    doReturn(Map.of("engine", engine, "token", token)).when(context).getFilterRegistrations();
    assertThat(FilterWatch.bypassing(context)).isEmpty();
    assertThat(new PrecedingFilters(context, "token").unverifiable())
        .containsExactly("engine (org.apache.tomcat.websocket.server.WsFilter)");
    long[] now = {0};
    FilterWatch watch = new FilterWatch(context, "token", () -> now[0]);
    assertThat(watch.start()).isEmpty();
    now[0] = Long.MAX_VALUE / 2;
    assertThat(watch.isBypassed()).isFalse();
  }

  @Test
  void contextWithoutRegistrationsReportsNothing() {
    ServletContext context = mock(ServletContext.class);
    when(context.getFilterRegistrations()).thenThrow(new UnsupportedOperationException());
    PrecedingFilters inspection = new PrecedingFilters(context, "token");
    assertThat(inspection.unverifiable()).isEmpty();
    assertThat(inspection.bypassing()).isEmpty();
  }

  @Test
  void engineWithUnknownEndpointsMayHaveSome() {
    ServletContext context = mock(ServletContext.class);
    for (WebSocketEngine engine : WebSocketEngine.values()) {
      assertThat(engine.mayHaveEndpoints(context)).as("%s", engine).isTrue();
    }
    when(context.getAttribute(any())).thenReturn("something else");
    for (WebSocketEngine engine : WebSocketEngine.values()) {
      assertThat(engine.mayHaveEndpoints(context)).as("%s", engine).isTrue();
    }
  }

  private static FilterRegistration registration(String className) {
    FilterRegistration registration = mock(FilterRegistration.class);
    when(registration.getClassName()).thenReturn(className);
    return registration;
  }
}
