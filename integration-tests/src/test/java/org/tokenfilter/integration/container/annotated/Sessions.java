package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.SessionsServlet;

/** The endpoint of a user's own sessions. */
@WebServlet(urlPatterns = "/sessions/*", loadOnStartup = 1)
public class Sessions extends SessionsServlet {

  @Serial private static final long serialVersionUID = 1L;
}
