package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.IntrospectionServlet;

/** The introspection endpoint (RFC 7662). */
@WebServlet(urlPatterns = "/oauth/introspect", loadOnStartup = 1)
public class Introspection extends IntrospectionServlet {

  @Serial private static final long serialVersionUID = 1L;
}
