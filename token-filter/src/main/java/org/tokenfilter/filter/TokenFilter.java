package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.ConfigurationException;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.container.FilterWatch;

/**
 * A filter that lets a request pass if it presents a valid token, and refuses it otherwise. Map it
 * to all paths and all dispatcher types, with async support:
 *
 * <pre>{@code
 * <filter>
 *   <filter-name>token</filter-name>
 *   <filter-class>org.tokenfilter.filter.TokenFilter</filter-class>
 *   <async-supported>true</async-supported>
 * </filter>
 * <filter-mapping>
 *   <filter-name>token</filter-name>
 *   <url-pattern>/*</url-pattern>
 *   <dispatcher>REQUEST</dispatcher> <dispatcher>FORWARD</dispatcher>
 *   <dispatcher>INCLUDE</dispatcher> <dispatcher>ASYNC</dispatcher>
 *   <dispatcher>ERROR</dispatcher>
 * </filter-mapping>
 * }</pre>
 *
 * <p>The exchange:
 *
 * <pre>
 *   GET /api/orders                               401 Unauthorized
 *                                                 WWW-Authenticate: Bearer realm="shop"
 *
 *   GET /api/orders                               200 OK
 *   Authorization: Bearer eyJ...                  Token-Remaining: 1800000
 *   Cookie: SESSION=q3W...
 * </pre>
 *
 * <p>It reads no body and wraps no response. Thread-safe between {@link #init} and {@link
 * #destroy}.
 */
public class TokenFilter implements Filter {

  private final @Nullable TokenSecurity providedSecurity;
  private @Nullable SecurityHandle handle;
  private @Nullable RequestGate gate;
  private @Nullable FilterWatch watch;

  /**
   * Creates the filter for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public TokenFilter() {
    providedSecurity = null;
  }

  /**
   * Creates the filter for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public TokenFilter(TokenSecurity security) {
    providedSecurity = security;
  }

  /**
   * Registers a filter named {@code token} for all paths and all dispatcher types, with async
   * support, before the filters of web.xml. Call it while the application starts, such as in a
   * ServletContextListener. Dispatches by name match no path: an application that makes them also
   * maps the registration to servlet names, by {@code addMappingForServletNames(EnumSet.of(FORWARD,
   * INCLUDE), false, "*")}.
   *
   * @param security provides the settings; the caller closes it
   * @return the registration
   * @throws IllegalStateException if the application has a filter of this name already
   */
  public static FilterRegistration.Dynamic register(
      ServletContext context, TokenSecurity security) {
    FilterRegistration.@Nullable Dynamic registration =
        context.addFilter("token", new TokenFilter(security));
    if (registration == null) {
      throw new IllegalStateException(
          "the application has a filter named token already; register only one of the two");
    }
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
    return registration;
  }

  /**
   * Reads the settings, and creates the application's TokenSecurity if there is none yet.
   *
   * @throws ConfigurationException if the settings are invalid, a WebSocket engine with endpoints
   *     would answer before the filter, or this instance is already registered: it can have the
   *     settings of one registration only
   */
  @Override
  public void init(FilterConfig config) {
    if (handle != null) {
      throw SecurityHandle.registeredTwice(config.getFilterName());
    }
    SecurityHandle acquired = SecurityHandle.of(config, providedSecurity);
    try {
      watch = acquired.watchFilterOrder(config.getFilterName());
      ServletNameMapping.expandWildcard(config);
      gate = new RequestGate(acquired, config.getServletContext());
      handle = acquired;
    } catch (RuntimeException e) {
      acquired.close();
      throw e;
    }
  }

  @Override
  public void destroy() {
    if (handle != null) {
      handle.close();
      handle = null;
      gate = null;
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (gate == null
        || watch == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse httpResponse)) {
      throw new ServletException("the filter handles HTTP requests between init and destroy only");
    }
    if (watch.isBypassed()) {
      gate.refuse(httpResponse);
    } else {
      gate.filter(http, httpResponse, chain);
    }
  }
}
