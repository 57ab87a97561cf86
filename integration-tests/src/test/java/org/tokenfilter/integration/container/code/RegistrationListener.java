package org.tokenfilter.integration.container.code;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.OpenApiServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.filter.TokenFilter;

/** A listener that registers the components of the sample's web.xml in code, and closes them. */
public class RegistrationListener implements ServletContextListener {

  private @Nullable TokenSecurity security;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    TokenSecurity made = TokenSecurity.builder().context(context).build();
    security = made;
    filter(
        context,
        "service-gateway",
        new ServiceGatewayFilter(made),
        EnumSet.of(DispatcherType.REQUEST),
        "/cra/serviceGateway/services/*",
        "/cra/ServiceGateway/Services/*");
    var token =
        filter(context, "token", new TokenFilter(made), EnumSet.allOf(DispatcherType.class), "/*");
    token.setInitParameter("token.paths.public", "/, /index.html, /public/*");
    token.setInitParameter("token.gateway.paths", "/cra/*");
    servlet(context, "access-tokens", new AccessTokenServlet(made), "/security/rest/*");
    servlet(context, "api-clients", new ApiClientServlet(made), "/routelink/v1/*");
    servlet(
        context,
        "token-queries",
        new TokenQueryServlet(made),
        "/GetSessionToken",
        "/QuerySessionToken",
        "/RenewSessionToken",
        "/RevokeSessionToken");
    servlet(context, "introspection", new IntrospectionServlet(made), "/oauth/introspect");
    servlet(context, "revocation", new RevocationServlet(made), "/oauth/revoke");
    servlet(context, "sessions", new SessionsServlet(made), "/sessions/*");
    servlet(context, "open-api", new OpenApiServlet(made), "/openapi.json");
  }

  private static jakarta.servlet.FilterRegistration.Dynamic filter(
      ServletContext context,
      String name,
      Filter filter,
      EnumSet<DispatcherType> types,
      String... patterns) {
    var registration = context.addFilter(name, filter);
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(types, true, patterns);
    return registration;
  }

  private static void servlet(
      ServletContext context, String name, Servlet servlet, String... patterns) {
    var registration = context.addServlet(name, servlet);
    registration.setLoadOnStartup(1);
    registration.addMapping(patterns);
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    if (security != null) {
      security.close();
    }
  }
}
