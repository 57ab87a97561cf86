package org.tokenfilter.endpoint;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.gateway.GatewayPaths;

/**
 * A filter that handles login, keep-alive and logoff for the services of a gateway and closes their
 * sessions. Map it, before the token filter, to the paths below which the services are. List the
 * same paths in {@code token.gateway.paths} of the token filter:
 *
 * <pre>{@code
 * <filter-mapping>
 *   <filter-name>service-gateway</filter-name>
 *   <url-pattern>/cra/*</url-pattern>
 * </filter-mapping>
 * }</pre>
 *
 * <p>It handles {@code /cra/serviceGateway/services/SERVICE}. These two words may be in any case,
 * since clients write them differently, whereas containers compare patterns case-sensitively. A
 * base of another name, such as {@code /gate/*}, has its services directly below it: {@code
 * /gate/SERVICE}.
 *
 * <p>By annotation: {@code @WebFilter(filterName = "service-gateway", urlPatterns = ...) class
 * Gateway extends ServiceGatewayFilter {}}, with the token filter after it in web.xml or in code,
 * since annotations have no order. Async support is required if the application behind it is
 * asynchronous.
 *
 * <p>The exchanges, in which the bodies of POST are JSON or forms:
 *
 * <pre>
 *   POST .../services/s1/login                  200 OK
 *   {"username":"user1","password":"..."}       {"userToken":"eyJ..."}
 *
 *   POST .../services/s1/keepAlive              200 OK
 *   {"userToken":"eyJ..."}                      {"remaining":900000}
 *
 *   POST .../services/s1?close=true             204 No Content
 *   userToken: eyJ...
 *   session: q3W...
 *
 *   POST .../services/s1/logoff                 204 No Content
 *   {"userToken":"eyJ..."}
 * </pre>
 *
 * <p>{@code logon} is an alias of {@code login}, and the last word may be in any case. After {@code
 * serviceGateway/services} the service may be omitted. GET closes a session as well. A logoff is
 * answered with 200 if {@code token.logout.status} says so. All other requests pass to the
 * application. Thread-safe between {@link #init} and {@link #destroy}.
 */
public class ServiceGatewayFilter implements Filter {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceGatewayFilter.class);
  private static final Duration MIN_IDLE_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(1);

  private final @Nullable TokenSecurity providedSecurity;
  private @Nullable SecurityHandle handle;
  private @Nullable ServiceGateway gateway;
  private @Nullable RouteDispatcher dispatcher;

  /**
   * Creates the filter for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public ServiceGatewayFilter() {
    providedSecurity = null;
  }

  /**
   * Creates the filter for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public ServiceGatewayFilter(TokenSecurity security) {
    providedSecurity = security;
  }

  /**
   * Reads the settings and the paths.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are invalid, the filter
   *     is not mapped to paths that end with {@code /*}, or this instance is already registered
   */
  @Override
  public void init(FilterConfig config) {
    if (handle != null) {
      throw SecurityHandle.registeredTwice(config.getFilterName());
    }
    SecurityHandle acquired = SecurityHandle.of(config, providedSecurity);
    try {
      gateway =
          new ServiceGateway(
              acquired,
              GatewayPaths.of(config),
              config.getFilterName(),
              clamp(acquired.security().service().policy().userIdleTimeout()));
      dispatcher = new RouteDispatcher(acquired.security(), new ErrorFormat() {});
      handle = acquired;
    } catch (RuntimeException e) {
      acquired.close();
      throw e;
    }
  }

  private static Duration clamp(Duration set) {
    Duration clamped = set;
    if (set.compareTo(MIN_IDLE_TIMEOUT) < 0) {
      clamped = MIN_IDLE_TIMEOUT;
    } else if (set.compareTo(MAX_IDLE_TIMEOUT) > 0) {
      clamped = MAX_IDLE_TIMEOUT;
    }
    if (!clamped.equals(set)) {
      LOG.warn(
          "{} is {}: user tokens of the service gateway must have PT5M to PT24H, and get {}",
          ConfigurationKey.USER_IDLE_TIMEOUT.key(),
          set,
          clamped);
    }
    return clamped;
  }

  @Override
  public void destroy() {
    if (handle != null) {
      handle.close();
      handle = null;
      gateway = null;
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (gateway == null
        || dispatcher == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse httpResponse)) {
      throw new ServletException("the filter handles HTTP requests between init and destroy only");
    }
    Route route = http.getDispatcherType() == DispatcherType.REQUEST ? gateway.route(http) : null;
    if (route == null || !route.methods().contains(http.getMethod())) {
      chain.doFilter(request, response);
    } else {
      dispatcher.handle(route, http, httpResponse);
    }
  }
}
