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
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;

/**
 * Logs in to the services of a gateway, keeps their sessions alive and closes them. Map it, before
 * the token filter, to the paths below which the services are; the token filter has the same paths
 * in {@code token.gateway.paths}:
 *
 * <pre>{@code
 * <filter-mapping>
 *   <filter-name>service-gateway</filter-name>
 *   <url-pattern>/cra/*</url-pattern>
 * </filter-mapping>
 * }</pre>
 *
 * <p>It answers at {@code /cra/serviceGateway/services/SERVICE}, these two words in any case, as
 * its clients write them in several; containers compare patterns by the letter. A base of another
 * name, such as {@code /gate/*}, has its services right below: {@code /gate/SERVICE}.
 *
 * <p>By annotation: {@code @WebFilter(filterName = "service-gateway", urlPatterns = ...) class
 * Gateway extends ServiceGatewayFilter {}}, and the token filter in web.xml or in code after it,
 * since annotations have no order. Async support is needed wherever what is behind it is
 * asynchronous.
 *
 * <p>The exchanges; POST bodies are JSON or forms:
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
 * <p>{@code logon} is {@code login}; the last word is known in any case; behind {@code
 * serviceGateway/services} the service may be left out; GET closes too. A log-off is 200 where
 * {@code token.logout.status} says so. All other requests pass on to the application. Thread-safe
 * between {@link #init} and {@link #destroy}.
 */
public class ServiceGatewayFilter implements Filter {

  private final @Nullable TokenSecurity given;
  private @Nullable Participant participant;
  private @Nullable ServiceGateway gateway;
  private @Nullable Answers answers;

  /** For web.xml and annotations: settings come from init-params and their other sources. */
  public ServiceGatewayFilter() {
    given = null;
  }

  /** For code: the settings are those of this one, which stays the caller's to close. */
  public ServiceGatewayFilter(TokenSecurity security) {
    given = security;
  }

  /**
   * Takes its settings and its paths.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are wrong, it is not
   *     mapped to paths that end with {@code /*}, or this instance has been registered already
   */
  @Override
  public void init(FilterConfig config) {
    if (participant != null) {
      throw Participant.registeredTwice(config.getFilterName());
    }
    Participant joined = Participant.of(config, given);
    try {
      gateway =
          new ServiceGateway(
              joined, GatewayPaths.of(config, ServiceGateway.VERBS), config.getFilterName());
      answers = new Answers(joined.security(), new Wording() {});
      participant = joined;
    } catch (RuntimeException e) {
      joined.close();
      throw e;
    }
  }

  @Override
  public void destroy() {
    if (participant != null) {
      participant.close();
      participant = null;
      gateway = null;
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (gateway == null
        || answers == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      throw new ServletException("only HTTP requests, and only between init and destroy");
    }
    Route route = http.getDispatcherType() == DispatcherType.REQUEST ? gateway.route(http) : null;
    if (route == null || !route.methods().contains(http.getMethod())) {
      chain.doFilter(request, response);
    } else {
      answers.answer(route, http, answer);
    }
  }
}
