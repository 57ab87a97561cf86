package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/**
 * A filter in front of all others: notifies a thread when the dispatch that started it has finally
 * returned, and turns a refusal into {@code sendError} if the request demands it.
 */
public class OutermostFilter extends HttpFilter {

  private static final long serialVersionUID = 1;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (OutermostDispatch.current() != null) {
      chain.doFilter(request, response);
      return;
    }
    DispatcherType type = request.getDispatcherType();
    OutermostDispatch outermost = OutermostDispatch.start(request);
    PageRunLog.begin();
    try {
      if (type == DispatcherType.REQUEST
          && "sendError".equals(request.getHeader("Chain-Refusal"))) {
        refuseByError(request, response, chain);
      } else {
        chain.doFilter(request, response);
      }
    } finally {
      try {
        outermost.markReturned(type);
      } finally {
        PageRunLog.end();
      }
    }
  }

  private static void refuseByError(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    DiscardingResponse discarding = new DiscardingResponse(response);
    chain.doFilter(request, discarding);
    if (response.getStatus() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
    }
  }

  /** A response that discards its body. */
  private static final class DiscardingResponse extends HttpServletResponseWrapper {

    private DiscardingResponse(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setContentLength(int length) {
      // The body is discarded.
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new IllegalStateException("is always ready");
        }

        @Override
        public void write(int b) {
          // The body is discarded.
        }
      };
    }
  }
}
