package org.tokenfilter.attack;

import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;

/**
 * The servlets of all families at their usual paths in one attacked application, and a data page
 * below the gateway's base, since Tomcat calls no filter for paths without a servlet.
 */
final class FamilyServlets {

  static final String GATEWAY = "/cra/serviceGateway/services";

  private FamilyServlets() {}

  /** Adds the families that an attacked application does not have by default. */
  static AttackedApp.Plan in(AttackedApp.Plan plan) {
    return plan.filterParam("token.gateway.paths", "/cra/*").register(FamilyServlets::register);
  }

  static void register(AttackedApp.Registrations registrations) {
    TokenSecurity security = registrations.app().security;
    registrations
        .context()
        .addFilter("gateway", new ServiceGatewayFilter(security))
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, GATEWAY + "/*");
    registrations
        .servlet(
            "data",
            (request, response) -> {
              registrations.app().ran(request);
              response.getWriter().print("secret of " + request.getRemoteUser());
            },
            "/cra/*")
        .servlet("clients", new ApiClientServlet(), "/routelink/v1/*")
        .servlet(
            "queries",
            new TokenQueryServlet(),
            "/GetSessionToken",
            "/QuerySessionToken",
            "/RenewSessionToken",
            "/RevokeSessionToken")
        .servlet("introspection", new IntrospectionServlet(), "/oauth/introspect")
        .servlet("revocation", new RevocationServlet(), "/oauth/revoke")
        .servlet("sessions", new SessionsServlet(), "/sessions/*");
  }
}
