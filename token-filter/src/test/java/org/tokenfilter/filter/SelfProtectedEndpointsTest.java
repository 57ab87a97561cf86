package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SelfProtectedEndpointsTest {

  @Test
  void matchesOnlyServletsOfTheLibrary() {
    assertThat(matches(null)).isFalse();
    assertThat(matches("org.example.NoSuchServlet")).isFalse();
    assertThat(matches(SelfProtectedEndpointsTest.class.getName())).isFalse();
    assertThat(matches("org.tokenfilter.endpoint.AccessTokenServlet")).isTrue();
  }

  private static boolean matches(@Nullable String className) {
    ServletRegistration servlet = mock(ServletRegistration.class);
    when(servlet.getClassName()).thenReturn(className);
    when(servlet.getName()).thenReturn("it");
    ServletContext context = mock(ServletContext.class);
    doReturn(Map.of("it", servlet)).when(context).getServletRegistrations();
    HttpServletMapping mapping = mock(HttpServletMapping.class);
    when(mapping.getServletName()).thenReturn("it");
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getDispatcherType()).thenReturn(DispatcherType.REQUEST);
    when(request.getHttpServletMapping()).thenReturn(mapping);
    return new SelfProtectedEndpoints(context, SelfProtectedEndpointsTest.class.getClassLoader())
        .matches(request);
  }
}
