package org.tokenfilter.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verb that each path means, for each mapping of the gateway. */
final class GatewayPathsTest {

  @ParameterizedTest
  @CsvSource({
    "/cra/*, /cra/serviceGateway/services/s1/login, login",
    "/cra/*, /cra/ServiceGateway/Services/s1/Logon, logon",
    "/cra/*, /cra/SERVICEGATEWAY/services/s1/keepAlive, keepalive",
    "/cra/*, /cra/servicegateway/services/LOGOFF, logoff",
    "/cra/*, /cra/serviceGateway/services/login, login",
    "/cra/*, /cra/serviceGateway/services/login/login, login",
    "/cra/*, /cra/serviceGateway/services, ''",
    "/cra/*, /cra/serviceGateway/services/s1, ''",
    "/cra/*, /cra/serviceGateway/services/products, ''",
    "/cra/*, /cra/serviceGateway/services/products/p/views/v/data,",
    "/cra/*, /cra/serviceGateway/services/s1/products/p/views/v/data,",
    "/cra/*, /cra/serviceGateway/services/,",
    "/cra/*, /cra/serviceGateway/services/s1/,",
    "/cra/*, /cra/serviceGateway/services/s1/logout,",
    "/cra/*, /cra/serviceGateway/services/s1/login/x,",
    "/cra/*, /cra/serviceGateway/services/\u212AeepAlive,",
    "/cra/*, /cra/serviceGateway/services/s1/\u212AeepAlive,",
    "/cra/*, /cra/serviceGateway/services2/s1/login,",
    "/cra/*, /cra/serviceGateway/s1/login/x,",
    "/cra/*, /CRA/serviceGateway/services/s1/login,",
    "/cra/*, /other/login,",
    "/cra/ServiceGateway/Services/*, /cra/ServiceGateway/Services/s1/LogOn, logon",
    "/cra/ServiceGateway/Services/*, /cra/ServiceGateway/Services/Logoff, logoff",
    "/cra/ServiceGateway/Services/*, /cra/ServiceGateway/Services, ''",
    "/cra/ServiceGateway/Services/*, /cra/serviceGateway/services/s1/login,",
    "/gate/*, /gate/s1/login, login",
    "/gate/*, /gate/s1/KEEPALIVE, keepalive",
    "/gate/*, /gate/s1, ''",
    "/gate/*, /gate/login, ''",
    "/gate/*, /gate,",
    "/gate/*, /gate/serviceGateway/services/Logon, logon",
    "/gate/*, /gates/s1/login,",
  })
  void readsVerbFromLastSegment(String pattern, String path, @Nullable String verb) {
    assertThat(paths(pattern).verb(request(path, null))).isEqualTo(verb);
    assertThat(paths("/first/*", pattern).verb(request(path.substring(0, 2), path.substring(2))))
        .isEqualTo(verb);
  }

  private static GatewayPaths paths(String... patterns) {
    FilterConfig config = mock(FilterConfig.class);
    ServletContext context = mock(ServletContext.class);
    FilterRegistration registration = mock(FilterRegistration.class);
    when(config.getServletContext()).thenReturn(context);
    when(config.getFilterName()).thenReturn("gateway");
    doReturn(registration).when(context).getFilterRegistration("gateway");
    when(registration.getUrlPatternMappings()).thenReturn(Set.of(patterns));
    return GatewayPaths.of(config);
  }

  private static HttpServletRequest request(String servletPath, @Nullable String pathInfo) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getServletPath()).thenReturn(servletPath);
    when(request.getPathInfo()).thenReturn(pathInfo);
    return request;
  }
}
