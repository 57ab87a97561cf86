package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.RevocationServlet;

/** The revocation endpoint (RFC 7009). */
@WebServlet(urlPatterns = "/oauth/revoke", loadOnStartup = 1)
public class Revocation extends RevocationServlet {

  @Serial private static final long serialVersionUID = 1L;
}
