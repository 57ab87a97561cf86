package org.tokenfilter.sample;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenPrincipal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.Subscription;

/**
 * {@code GET .../{service}/products/{p}/views/{v}/data}, with or without the service: answers the
 * session of the request and the number of its requests so far.
 */
public final class ServiceDataServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final Pattern DATA =
      Pattern.compile("(?i)/serviceGateway/services(?:/[^/]+)?/products/[^/]+/views/[^/]+/data");

  private final transient RequestCounts counts = new RequestCounts();
  private transient @Nullable Subscription subscription;

  /** A servlet for web.xml. */
  public ServiceDataServlet() {}

  /** Subscribes to token events. The filters have started before any servlet. */
  @Override
  public void init() {
    subscription = TokenSecurity.of(getServletContext()).service().addListener(counts);
    getServletContext().setAttribute(RequestCounts.class.getName(), counts);
  }

  @Override
  public void destroy() {
    if (subscription != null) {
      subscription.close();
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!DATA.matcher(String.valueOf(request.getPathInfo())).matches()
        || !(request.getUserPrincipal() instanceof TokenPrincipal principal)) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    TokenId session = principal.sessionTokenId();
    response.setContentType("application/json;charset=UTF-8");
    response
        .getWriter()
        .write(
            session == null
                ? "{\"session\":null,\"requests\":1}"
                : "{\"session\":\"%s\",\"requests\":%d}"
                    .formatted(session, counts.increment(session)));
  }
}
